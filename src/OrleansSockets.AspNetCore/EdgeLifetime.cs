using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSockets.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Sockets;

namespace OrleansSockets.AspNetCore;

/// <summary>Checks at start that sockets can be half-closed; at shutdown closes the sockets before the server and the silo stop.</summary>
internal sealed class EdgeLifetime(IServiceProvider services, SocketRegistry registry) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Kestrel takes the last one that can bind. Another one behind ours would make clients that half-close lose their answer.
        if (services.GetServices<IConnectionListenerFactory>().LastOrDefault() is not HalfCloseListenerFactory)
        {
            throw new InvalidOperationException(
                "Call services.AddOrleansSocketsEdge() after the web host's transport is set up (UseKestrel, UseSockets).");
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => registry.DrainAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
