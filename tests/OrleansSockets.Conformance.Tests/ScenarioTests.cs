using OrleansSockets.Conformance.Format;
using Xunit;

namespace OrleansSockets.Conformance.Tests;

/// <summary>Every recorded scenario, on a cluster and over real sockets, gives the recorded trace.</summary>
public abstract class ScenarioTests(ClusterFixture cluster)
{
    // Hibernatable ends are not there yet.
    private static readonly string[] LeftOut = ["hibernation"];

    public static TheoryData<string> Scenarios { get; } = [.. RecordedScenarios.All.Where(recorded => !LeftOut.Contains(recorded.Scenario.Group)).Select(recorded => recorded.Scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Trace_OfScenario_IsTheRecordedOne(string scenario)
    {
        var recorded = RecordedScenarios.All.Single(recorded => recorded.Scenario.Name == scenario);

        var outcome = await cluster.Runner.RunAsync(recorded, TestContext.Current.CancellationToken);

        Assert.True(outcome.Passed, string.Join('\n', outcome.Mismatches));
    }
}

public sealed class ScenariosOnOneNode(OneNode cluster) : ScenarioTests(cluster), IClassFixture<OneNode>;

public sealed class ScenariosOnTwoNodes(TwoNodes cluster) : ScenarioTests(cluster), IClassFixture<TwoNodes>;

public sealed class ScenariosOnThreeNodes(ThreeNodes cluster) : ScenarioTests(cluster), IClassFixture<ThreeNodes>;
