using System.Net;
using Orleans.Configuration;

namespace OrleansSockets.Host;

/// <summary>How the nodes find each other: <c>Clustering:Provider</c> and the addresses below <c>Silo</c>.</summary>
internal static class Clustering
{
    public static ISiloBuilder UseConfiguredClustering(this ISiloBuilder silo)
    {
        var configuration = silo.Configuration;
        var port = configuration.GetSiloPort();
        var gatewayPort = configuration.GetPort("Silo:GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT);
        switch (configuration.GetClusteringProvider())
        {
            case ClusteringProvider.Redis:
                return silo.UseRedisClustering(configuration.GetNeeded("Clustering:Redis", "Clustering:Provider is Redis"))
                    .UseEndpoints(port, gatewayPort);
            case ClusteringProvider.AzureTables:
                var tables = AzureTablesAccount.From(configuration, "Clustering:Provider");
                return silo.UseAzureTableClustering(options => tables.Apply(options)).UseEndpoints(port, gatewayPort);
            default:
                return silo.UseLocalhostClustering(port, gatewayPort, configuration.GetPrimary());
        }
    }

    public static ClusteringProvider GetClusteringProvider(this IConfiguration configuration) =>
        configuration.GetChoice<ClusteringProvider>("Clustering:Provider");

    public static int GetSiloPort(this IConfiguration configuration) =>
        configuration.GetPort("Silo:Port", EndpointOptions.DEFAULT_SILO_PORT);

    /// <summary>The node through which those of one machine find each other; null if it is this one.</summary>
    public static IPEndPoint? GetPrimary(this IConfiguration configuration) =>
        configuration["Silo:Primary"] is not { Length: > 0 } said ? null
        : IPEndPoint.TryParse(said, out var primary) && primary.Port > 0 ? primary
        : throw new ConfigurationException($"Silo:Primary is '{said}'; it can be an address and a port, such as 127.0.0.1:11111.");

    // Without an address the machine's first one that is not loopback.
    private static ISiloBuilder UseEndpoints(this ISiloBuilder silo, int port, int gatewayPort) =>
        silo.Configuration["Silo:Address"] is not { Length: > 0 } said ? silo.ConfigureEndpoints(port, gatewayPort)
        : IPAddress.TryParse(said, out var address) ? silo.ConfigureEndpoints(address, port, gatewayPort)
        : throw new ConfigurationException($"Silo:Address is '{said}'; it can be an IP address at which the other nodes reach this one.");
}
