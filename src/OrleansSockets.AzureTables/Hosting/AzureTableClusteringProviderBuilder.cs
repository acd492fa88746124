using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using OrleansSockets.AzureTables.Clustering;

[assembly: RegisterProvider("AzureTables", "Clustering", "Silo", typeof(Orleans.Hosting.AzureTableClusteringProviderBuilder))]
[assembly: RegisterProvider("AzureTables", "Clustering", "Client", typeof(Orleans.Hosting.AzureTableClusteringProviderBuilder))]

namespace Orleans.Hosting;

/// <summary>Reads <c>Orleans:Clustering</c> with <c>ProviderType</c> <c>AzureTables</c>.</summary>
internal sealed class AzureTableClusteringProviderBuilder : IProviderBuilder<ISiloBuilder>, IProviderBuilder<IClientBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureTableClustering(From(configurationSection));

    public void Configure(IClientBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureTableClustering(From(configurationSection));

    private static Action<OptionsBuilder<AzureTableClusteringOptions>> From(IConfigurationSection section) =>
        options => options.Configure<IServiceProvider>((target, services) => section.Apply(target, services));
}
