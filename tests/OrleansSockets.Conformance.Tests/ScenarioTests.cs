using OrleansSockets.Conformance.Format;
using Xunit;

namespace OrleansSockets.Conformance.Tests;

/// <summary>Every recorded scenario, on a cluster and over real sockets, gives the recorded trace.</summary>
/// <param name="cluster">The nodes.</param>
/// <param name="pairsOn">Where the pairs of its scenarios are; null: in all their places, one after the other.</param>
public abstract class ScenarioTests(ClusterFixture cluster, string? pairsOn = null)
{
    // When a session has closed first, the recording runtime ends TCP with the collection of garbage; here
    // it ends with the second Close, as RFC 6455 section 7.1.1 says.
    private static readonly string[] LeftOut = ["hibernation-server-first"];

    public static TheoryData<string> Scenarios { get; } = [.. Recorded.Select(scenario => scenario.Name)];

    /// <summary>
    /// All that have a client: FIN, reset, raw bytes and half frames have their counterparts there. Without a client there is no HTTP.
    /// </summary>
    public static TheoryData<string> ScenariosOverHttp2 { get; } =
        [.. Recorded.Where(scenario => scenario.Topology is Topology.Remote or Topology.Relay or Topology.Proxy or Topology.Room)
            .Select(scenario => scenario.Name)];

    private static IEnumerable<Scenario> Recorded =>
        RecordedScenarios.All.Select(recorded => recorded.Scenario)
            .Where(scenario => !LeftOut.Contains(scenario.Name) && ScenarioCalls.FirstMissing(scenario) is null);

    protected async Task RunAsync(string scenario)
    {
        var recorded = RecordedScenarios.All.Single(recorded => recorded.Scenario.Name == scenario);

        var outcome = await cluster.Runner.RunAsync(recorded, pairsOn, TestContext.Current.CancellationToken);

        Assert.True(outcome.Passed, string.Join('\n', outcome.Mismatches));
    }
}

public abstract class AllScenarioTests(ClusterFixture cluster, string? pairsOn = null) : ScenarioTests(cluster, pairsOn)
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Trace_OfScenario_IsTheRecordedOne(string scenario) => RunAsync(scenario);
}

public abstract class Http2ScenarioTests(ClusterFixture cluster, string? pairsOn = null) : ScenarioTests(cluster, pairsOn)
{
    [Theory]
    [MemberData(nameof(ScenariosOverHttp2))]
    public Task Trace_OfScenarioOverHttp2_IsTheRecordedOne(string scenario) => RunAsync(scenario);
}

public sealed class ScenariosOnOneNode(OneNode cluster) : AllScenarioTests(cluster), IClassFixture<OneNode>;

public sealed class ScenariosOnTwoNodesWithPairsOnA(TwoNodes cluster) : AllScenarioTests(cluster, "A"), IClassFixture<TwoNodes>;

public sealed class ScenariosOnTwoNodesWithPairsOnB(TwoNodes cluster) : AllScenarioTests(cluster, "B"), IClassFixture<TwoNodes>;

public sealed class ScenariosOnThreeNodes(ThreeNodes cluster) : AllScenarioTests(cluster), IClassFixture<ThreeNodes>;

public sealed class ScenariosOnOneNodeOverHttp2(OneNodeOverHttp2 cluster)
    : Http2ScenarioTests(cluster), IClassFixture<OneNodeOverHttp2>;

public sealed class ScenariosOnTwoNodesOverHttp2WithPairsOnA(TwoNodesOverHttp2 cluster)
    : Http2ScenarioTests(cluster, "A"), IClassFixture<TwoNodesOverHttp2>;

public sealed class ScenariosOnTwoNodesOverHttp2WithPairsOnB(TwoNodesOverHttp2 cluster)
    : Http2ScenarioTests(cluster, "B"), IClassFixture<TwoNodesOverHttp2>;
