using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansSockets.Administration;
using OrleansSockets.AspNetCore;
using OrleansSockets.AspNetCore.Admin;
using OrleansSockets.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Endpoints;
using OrleansSockets.AspNetCore.Outbound;
using OrleansSockets.AspNetCore.Page;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Pairs;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the edge to a host with Kestrel and a silo.</summary>
public static class OrleansSocketsEdgeServiceCollectionExtensions
{
    /// <summary>
    /// Adds what serves WebSocket clients: contexts for endpoints, sockets, their limits and their end at shutdown. Needs
    /// <c>siloBuilder.AddOrleansSockets()</c> in the same host. May be called more than once; the options add up.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddOrleansSocketsEdge(this IServiceCollection services, Action<EdgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(SocketRegistry)))
        {
            return services;
        }

        services.AddOptions<EdgeOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<EdgeOptions>, EdgeOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<SocketMetrics>();
        services.AddOnSilo<SocketRegistry, SocketRegistry>();
        services.AddOnSilo<SocketAcceptor, SocketAcceptor>();
        services.AddSingleton<WaitingClients>();
        services.AddOnSilo<PagePairs, PagePairs>();
        services.AddOnSilo<IWebSocketConnector, WebSocketConnector>();
        services.AddOnSilo<IStartupFilter, RequestContexts>();
        services.AddOnSilo<ClusterNodes, ClusterNodes>();
        services.AddOnSilo<AdminDeployments, AdminDeployments>();
        services.AddOnSilo<AdminPairs, AdminPairs>();
        services.AddOnSilo<IEdgeDrain, EdgeDrain>();
        AdminOpenApi.Add(services);
        services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>, SharedConnectionLimits>();
        services.AddSingleton<IConnectionListenerFactory, HalfCloseListenerFactory>();
        services.AddHostedService<EdgeLifetime>();
        services.AddHealthChecks()
            .AddCheck<EdgeReadiness>(EdgeReadiness.Name, tags: [EdgeReadiness.Tag])
            .AddCheck<LinkHealth>(LinkHealth.Name, tags: [EdgeReadiness.Tag]);
        return services;
    }

    // A forgotten silo should say so itself, also where the container checks all constructors beforehand.
    private static void AddOnSilo<TService, TImplementation>(this IServiceCollection services)
        where TService : class
        where TImplementation : class, TService => services.AddSingleton<TService>(provider => provider.GetService<PairHub>() is null
            ? throw new InvalidOperationException(
                "Call siloBuilder.AddOrleansSockets() in UseOrleans(): the edge needs the silo of its process.")
            : ActivatorUtilities.CreateInstance<TImplementation>(provider));
}
