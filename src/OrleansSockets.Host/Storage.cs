using StackExchange.Redis;

namespace OrleansSockets.Host;

/// <summary>Where grains keep their state: <c>Storage:Provider</c>, and what that one needs.</summary>
internal static class Storage
{
    public static ISiloBuilder AddConfiguredStorage(this ISiloBuilder silo)
    {
        var configuration = silo.Configuration;
        switch (configuration.GetChoice("Storage:Provider", Default(configuration.GetClusteringProvider())))
        {
            case StorageProvider.Memory:
                return silo.AddMemoryGrainStorageAsDefault();
            case StorageProvider.Redis:
                var redis = configuration["Storage:Redis"] is { Length: > 0 } said
                    ? said
                    : configuration.GetNeeded("Clustering:Redis", "Storage:Provider is Redis and Storage:Redis says nothing");
                return silo.AddRedisGrainStorageAsDefault(options => options.ConfigurationOptions = ConfigurationOptions.Parse(redis));
            case StorageProvider.AzureTables:
                var tables = AzureTablesAccount.From(configuration, "Storage:Provider");
                return silo.AddAzureTableGrainStorageAsDefault(options => tables.Apply(options));
            default:
                var path = FilePath(configuration);
                return silo.AddSqliteGrainStorageAsDefault(options => options.Path = path);
        }
    }

    // One server for both; it is there already.
    private static StorageProvider Default(ClusteringProvider clustering) => clustering switch
    {
        ClusteringProvider.Redis => StorageProvider.Redis,
        ClusteringProvider.AzureTables => StorageProvider.AzureTables,
        _ => StorageProvider.Sqlite,
    };

    private static string FilePath(IConfiguration configuration)
    {
        if (configuration.GetClusteringProvider() is not ClusteringProvider.Localhost and var clustering)
        {
            throw new ConfigurationException(
                $"Storage:Provider is 'Sqlite', a file of one machine, but with Clustering:Provider '{clustering}' nodes may be on "
                    + $"several; it can be Memory, Redis or AzureTables.");
        }

        if (configuration["Storage:Path"] is { Length: > 0 } said)
        {
            return Path.GetFullPath(said);
        }

        // Not beside the program: that may be read-only, and a rebuild may take it away. Empty for users without a home.
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } home
            ? Path.Combine(home, "OrleansSockets")
            : Path.Combine(AppContext.BaseDirectory, "data");
        // The nodes of one cluster share a file, and two clusters do not: the primary's port tells which it is.
        return Path.Combine(folder, $"cluster-{configuration.GetPrimary()?.Port ?? configuration.GetSiloPort()}.db");
    }
}
