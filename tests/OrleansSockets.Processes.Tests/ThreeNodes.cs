using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Processes.Tests;

/// <summary>A cluster of three processes. The first holds the membership table and is never killed.</summary>
internal sealed class ThreeNodes : IAsyncDisposable
{
    private readonly TestNode[] _nodes;

    private ThreeNodes(TestNode[] nodes) => _nodes = nodes;

    public TestNode A => _nodes[0];

    public TestNode B => _nodes[1];

    public TestNode C => _nodes[2];

    public static async Task<ThreeNodes> StartAsync(CancellationToken cancellation)
    {
        var ports = FreePorts(9);
        List<TestNode> nodes = [];
        for (var i = 0; i < 3; i++)
        {
            nodes.Add(await TestNode.StartAsync(ports[i * 3], ports[(i * 3) + 1], ports[(i * 3) + 2], ports[1], cancellation));
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

    internal static int[] FreePorts(int count) => [.. Enumerable.Range(0, count).Select(_ => FreePort.Next())];
}
