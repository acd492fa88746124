using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSockets;
using OrleansSockets.Contexts;
using OrleansSockets.Sessions;

namespace Orleans.Hosting;

/// <summary>Adds OrleansSockets to a client of the cluster.</summary>
public static class OrleansSocketsClientBuilderExtensions
{
    /// <summary>
    /// Lets a process outside the cluster call sessions (<see cref="IWebSocketSession"/>: list their sockets, send, broadcast, close), and
    /// read and write deployments (<c>GetDeployment</c>,
    /// <c>ListDeploymentsAsync</c>). Ends live on silos: here, <see cref="IWebSocketPairFactory"/> makes and claims none and says so. May
    /// be called more than once.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IClientBuilder AddOrleansSocketsClient(this IClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<IWebSocketPairFactory, OutsidePairFactory>();
        return builder;
    }
}
