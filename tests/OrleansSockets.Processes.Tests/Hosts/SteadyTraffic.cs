using System.Net.WebSockets;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>Pairs with a client on two nodes each, that talk to each other at a steady rate until they are stopped.</summary>
internal sealed class SteadyTraffic : IAsyncDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ClientWebSocket> _clients = [];
    private Task _running = Task.CompletedTask;

    private SteadyTraffic()
    {
    }

    public Latencies Latencies { get; } = new();

    public static async Task<SteadyTraffic> StartAsync(
        IReadOnlyList<HostNode> nodes, int pairs, int messagesPerSecond, CancellationToken cancellation)
    {
        var traffic = new SteadyTraffic();
        List<NumberedTraffic> all = [];
        for (var pair = 0; pair < pairs; pair++)
        {
            var name = $"{Guid.NewGuid():N}";
            var first = await traffic.ConnectAsync(nodes[pair % nodes.Count], $"/pairs/{name}/0", cancellation);
            var second = await traffic.ConnectAsync(nodes[(pair + 1) % nodes.Count], $"/pairs/{name}/1", cancellation);
            all.Add(new NumberedTraffic(first, second, messagesPerSecond, perTick: 1, traffic.Latencies));
        }

        traffic._running = Task.WhenAll(all.Select(one => one.RunAsync(() => traffic._stop.Task, cancellation)));
        return traffic;
    }

    /// <summary>Lets what is under way arrive. Fails if a message was lost, repeated or out of order.</summary>
    public Task StopAsync()
    {
        _stop.TrySetResult();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        _stop.TrySetResult();
        _clients.ForEach(client => client.Dispose());
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private async Task<ClientWebSocket> ConnectAsync(HostNode node, string path, CancellationToken cancellation)
    {
        var client = await node.ConnectAsync(path, cancellation);
        _clients.Add(client);
        return client;
    }
}
