using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansSockets.Sqlite;

namespace Orleans.Hosting;

/// <summary>Registers grain storage in a SQLite file.</summary>
public static class SqliteGrainStorageExtensions
{
    /// <summary>Adds grain storage in a SQLite file under a name.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">What grains ask for, as in <c>[PersistentState("state", "name")]</c>.</param>
    /// <param name="configure">Sets the file and the rest.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder builder, string name, Action<SqliteGrainStorageOptions> configure) =>
        builder.AddSqliteGrainStorage(name, options => options.Configure(configure));

    /// <summary>Adds grain storage in a SQLite file under a name.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">What grains ask for, as in <c>[PersistentState("state", "name")]</c>.</param>
    /// <param name="configure">Sets the file and the rest, with services at hand.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddSqliteGrainStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<SqliteGrainStorageOptions>> configure)
    {
        configure(builder.Services.AddOptions<SqliteGrainStorageOptions>(name));
        builder.Services.AddTransient<IPostConfigureOptions<SqliteGrainStorageOptions>,
            DefaultStorageProviderSerializerOptionsConfigurator<SqliteGrainStorageOptions>>();
        builder.Services.AddTransient<IConfigurationValidator>(
            services => new SqliteGrainStorageOptionsValidator(Options(services, name), name));
        builder.Services.AddGrainStorage(name, (services, key) => new SqliteGrainStorage(
            key,
            Options(services, key),
            services.GetRequiredService<IOptions<ClusterOptions>>(),
            services.GetRequiredService<IActivatorProvider>()));
        return builder;
    }

    /// <summary>Adds grain storage in a SQLite file for grains that name no storage.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the file and the rest.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddSqliteGrainStorageAsDefault(this ISiloBuilder builder, Action<SqliteGrainStorageOptions> configure) =>
        builder.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    private static SqliteGrainStorageOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<SqliteGrainStorageOptions>>().Get(name);
}
