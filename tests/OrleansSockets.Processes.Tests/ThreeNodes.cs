using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Processes.Tests;

/// <summary>A cluster of three processes. The first holds the membership table and is never killed.</summary>
internal sealed class ThreeNodes : IAsyncDisposable
{
    private readonly NodeProcess[] _nodes;

    private ThreeNodes(NodeProcess[] nodes) => _nodes = nodes;

    public NodeProcess A => _nodes[0];

    public NodeProcess B => _nodes[1];

    public NodeProcess C => _nodes[2];

    public static async Task<ThreeNodes> StartAsync(CancellationToken cancellation)
    {
        var ports = FreePorts(9);
        List<NodeProcess> nodes = [];
        for (var i = 0; i < 3; i++)
        {
            nodes.Add(await NodeProcess.StartAsync(ports[i * 3], ports[(i * 3) + 1], ports[(i * 3) + 2], ports[1], cancellation));
        }

        return new ThreeNodes([.. nodes]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    internal static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Stop();
        }

        return ports;
    }
}
