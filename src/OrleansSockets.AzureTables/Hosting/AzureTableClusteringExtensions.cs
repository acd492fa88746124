using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Messaging;
using OrleansSockets.AzureTables;
using OrleansSockets.AzureTables.Clustering;

namespace Orleans.Hosting;

/// <summary>Registers clustering by Azure Table Storage.</summary>
public static class AzureTableClusteringExtensions
{
    /// <summary>Lets silos find each other by a table.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Says which table and how it is reached.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder UseAzureTableClustering(this ISiloBuilder builder, Action<AzureTableClusteringOptions> configure) =>
        builder.UseAzureTableClustering((OptionsBuilder<AzureTableClusteringOptions> options) => options.Configure(configure));

    /// <summary>Lets silos find each other by a table.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Says which table and how it is reached, with services at hand.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder UseAzureTableClustering(
        this ISiloBuilder builder, Action<OptionsBuilder<AzureTableClusteringOptions>> configure)
    {
        AddMembership(builder.Services, configure);
        builder.Services.AddSingleton<IMembershipTable>(services => services.GetRequiredService<AzureTableMembershipTable>());
        return builder;
    }

    /// <summary>Lets a client find silos by their table.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Says which table and how it is reached.</param>
    /// <returns>The client.</returns>
    public static IClientBuilder UseAzureTableClustering(this IClientBuilder builder, Action<AzureTableClusteringOptions> configure) =>
        builder.UseAzureTableClustering((OptionsBuilder<AzureTableClusteringOptions> options) => options.Configure(configure));

    /// <summary>Lets a client find silos by their table.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Says which table and how it is reached, with services at hand.</param>
    /// <returns>The client.</returns>
    public static IClientBuilder UseAzureTableClustering(
        this IClientBuilder builder, Action<OptionsBuilder<AzureTableClusteringOptions>> configure)
    {
        AddMembership(builder.Services, configure);
        return builder;
    }

    private static void AddMembership(IServiceCollection services, Action<OptionsBuilder<AzureTableClusteringOptions>> configure)
    {
        configure(services.AddOptions<AzureTableClusteringOptions>());
        services.AddTransient<IConfigurationValidator>(provider =>
            new AzureTablesOptionsValidator(provider.GetRequiredService<IOptions<AzureTableClusteringOptions>>().Value, "clustering"));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AzureTableMembershipTable>();
        services.AddSingleton<IGatewayListProvider, AzureTableGatewayListProvider>();
    }
}
