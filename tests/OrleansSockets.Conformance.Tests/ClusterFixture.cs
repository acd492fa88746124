using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Hosting;
using OrleansSockets.Conformance.Running;
using Xunit;

namespace OrleansSockets.Conformance.Tests;

/// <summary>One cluster for all scenarios of a node count; each run on it is a session and pairs of its own.</summary>
public abstract class ClusterFixture(int nodes, bool http2 = false) : IAsyncLifetime
{
    private Cluster? _cluster;

    internal ScenarioRunner Runner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var compats = RecordedScenarios.All.Select(recorded => recorded.Scenario).Where(scenario => scenario.Topology != Topology.Config)
            .Select(scenario => scenario.Compat);
        _cluster = await Cluster.StartAsync(
            nodes, processes: false, http2, compats, TimeProvider.System, TestContext.Current.CancellationToken);
        Runner = new ScenarioRunner(_cluster.Nodes, http2, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

public sealed class OneNode() : ClusterFixture(nodes: 1);

public sealed class TwoNodes() : ClusterFixture(nodes: 2);

public sealed class ThreeNodes() : ClusterFixture(nodes: 3);

public sealed class OneNodeOverHttp2() : ClusterFixture(nodes: 1, http2: true);

public sealed class TwoNodesOverHttp2() : ClusterFixture(nodes: 2, http2: true);
