using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>
/// Three nodes of the shipped server that know nothing of each other but the same tables. A test may end nodes; the next one starts them
/// again.
/// </summary>
public sealed class HostCluster : IAsyncLifetime
{
    private const int Count = 3;

    private readonly int[] _ports = ThreeNodes.FreePorts(Count * 3);
    private readonly HostNode?[] _nodes = new HostNode?[Count];

    public Azurite Tables { get; } = new();

    internal HostNode A => _nodes[0]!;

    internal HostNode B => _nodes[1]!;

    internal HostNode C => _nodes[2]!;

    internal IReadOnlyList<HostNode> Nodes => [.. _nodes.OfType<HostNode>()];

    /// <summary>Where the nodes serve, whether they run or not.</summary>
    internal IReadOnlyList<Uri> Addresses =>
        [.. Enumerable.Range(0, Count).Select(index => new Uri($"http://127.0.0.1:{_ports[index * 3]}"))];

    /// <summary>What the nodes have said, for a failed test.</summary>
    public string Story => string.Join('\n', Nodes.Select(node => $"--- {node.Silo}\n{node.Output}"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Tables.InitializeAsync();
        await StartAsync();
    }

    /// <summary>Starts the nodes that do not run, all at the same time.</summary>
    public async Task StartAsync() => await Task.WhenAll(Enumerable.Range(0, Count).Select(StartAsync));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Tables.DisposeAsync();
    }

    private async Task StartAsync(int index)
    {
        if (_nodes[index] is { HasExited: false })
        {
            return;
        }

        if (_nodes[index] is { } ended)
        {
            _nodes[index] = null;
            await ended.DisposeAsync();
        }

        _nodes[index] = await HostNode.StartAsync(
            _ports[index * 3], _ports[(index * 3) + 1], _ports[(index * 3) + 2], Tables.ConnectionString, Cancellation);
    }
}
