using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>The nodes under test.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<INode> _nodes;

    private Cluster(List<INode> nodes) => _nodes = nodes;

    public IReadOnlyDictionary<string, INode> Nodes => _nodes.ToDictionary(node => node.Name);

    /// <summary>Starts the nodes: as hosts in this process, or each as a process of its own.</summary>
    public static Task<Cluster> StartAsync(
        int nodes, bool processes, bool http2, IEnumerable<Compat> compats, TimeProvider time, CancellationToken cancellation)
    {
        // Settings that cannot be used are the fault of their scenarios, not of the cluster.
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var settings = Settings(nodes, http2, compats.Where(compat => CompatDeployment.Problem(compat, today) is null));
        return processes
            ? StartAsync(settings, node => ProcessNode.StartAsync(node, time, cancellation), node => node.JoinedAsync())
            : StartAsync(settings, node => LocalNode.StartAsync(node, cancellation), node => node.JoinedAsync(time, cancellation));
    }

    private static async Task<Cluster> StartAsync<T>(IEnumerable<NodeSettings> nodes, Func<NodeSettings, Task<T>> start, Func<T, Task> join)
        where T : INode
    {
        var started = new List<T>();
        try
        {
            foreach (var settings in nodes)
            {
                started.Add(await start(settings));
            }

            await Task.WhenAll(started.Select(join));
        }
        catch
        {
            await StopAsync(started.Cast<INode>());
            throw;
        }

        return new Cluster([.. started.Cast<INode>()]);
    }

    public ValueTask DisposeAsync() => StopAsync(_nodes);

    private static IEnumerable<NodeSettings> Settings(int nodes, bool http2, IEnumerable<Compat> compats)
    {
        var addresses = NodeAddress.Free(Plans.NodeNames(nodes));
        var deployments = compats.DistinctBy(CompatDeployment.Name).ToList();
        var clusterId = $"conformance-{Guid.NewGuid():N}";
        return addresses.Select(address => new NodeSettings(address, addresses[0].Silo, clusterId, nodes, deployments, http2));
    }

    // The primary, which holds the membership, goes last.
    private static async ValueTask StopAsync(IEnumerable<INode> nodes)
    {
        foreach (var node in nodes.Reverse())
        {
            await node.DisposeAsync();
        }
    }
}
