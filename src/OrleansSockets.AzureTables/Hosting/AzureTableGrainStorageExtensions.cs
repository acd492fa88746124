using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansSockets.AzureTables;
using OrleansSockets.AzureTables.Persistence;

namespace Orleans.Hosting;

/// <summary>Registers grain storage in Azure Table Storage.</summary>
public static class AzureTableGrainStorageExtensions
{
    /// <summary>Adds grain storage in a table under a name.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">What grains ask for, as in <c>[PersistentState("state", "name")]</c>.</param>
    /// <param name="configure">Says which table and how it is reached.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddAzureTableGrainStorage(
        this ISiloBuilder builder, string name, Action<AzureTableGrainStorageOptions> configure) =>
        builder.AddAzureTableGrainStorage(name, (OptionsBuilder<AzureTableGrainStorageOptions> options) => options.Configure(configure));

    /// <summary>Adds grain storage in a table under a name.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">What grains ask for, as in <c>[PersistentState("state", "name")]</c>.</param>
    /// <param name="configure">Says which table and how it is reached, with services at hand.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddAzureTableGrainStorage(
        this ISiloBuilder builder, string name, Action<OptionsBuilder<AzureTableGrainStorageOptions>> configure)
    {
        var services = builder.Services;
        configure(services.AddOptions<AzureTableGrainStorageOptions>(name));
        services.AddTransient<IPostConfigureOptions<AzureTableGrainStorageOptions>,
            DefaultStorageProviderSerializerOptionsConfigurator<AzureTableGrainStorageOptions>>();
        services.AddTransient<IConfigurationValidator>(
            provider => new AzureTablesOptionsValidator(Options(provider, name), $"grain storage '{name}'"));
        services.TryAddSingleton(TimeProvider.System);
        services.AddGrainStorage(name, (provider, key) => new AzureTableGrainStorage(
            key,
            Options(provider, key),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<TimeProvider>()));
        return builder;
    }

    /// <summary>Adds grain storage in a table for grains that name no storage.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Says which table and how it is reached.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddAzureTableGrainStorageAsDefault(
        this ISiloBuilder builder, Action<AzureTableGrainStorageOptions> configure) =>
        builder.AddAzureTableGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configure);

    private static AzureTableGrainStorageOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<AzureTableGrainStorageOptions>>().Get(name);
}
