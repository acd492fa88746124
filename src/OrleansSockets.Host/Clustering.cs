using System.Net;
using Orleans.Configuration;

namespace OrleansSockets.Host;

/// <summary>How the nodes find each other: <c>Clustering:Provider</c> and the addresses below <c>Silo</c>.</summary>
internal static class Clustering
{
    public static ISiloBuilder UseConfiguredClustering(this ISiloBuilder silo)
    {
        var configuration = silo.Configuration;
        var port = configuration.GetValue("Silo:Port", EndpointOptions.DEFAULT_SILO_PORT);
        var gatewayPort = configuration.GetValue("Silo:GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT);
        switch (configuration["Clustering:Provider"] ?? "Localhost")
        {
            case "Localhost":
                var primary = configuration["Silo:Primary"] is { Length: > 0 } address ? IPEndPoint.Parse(address) : null;
                return silo.UseLocalhostClustering(port, gatewayPort, primary);
            case "Redis":
                var redis = configuration["Clustering:Redis"] ?? throw new InvalidOperationException("Clustering:Provider is Redis, but Clustering:Redis holds no connection string.");
                return silo.UseRedisClustering(redis).ConfigureEndpoints(port, gatewayPort);
            case var other:
                throw new InvalidOperationException($"Clustering:Provider is '{other}'; it can be Localhost or Redis.");
        }
    }
}
