using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Conformance.Traces;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Running;

public class ConfigRunTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    [Fact]
    public void Play_OfRecordedConfigurations_GivesTheRecordedTraces()
    {
        Assert.All(
            RecordedScenarios.All.Where(recorded => recorded.Scenario.Topology == Topology.Config),
            recorded => Assert.Empty(
                TraceComparer.Differences(recorded.Scenario, recorded.Trace!, ConfigRun.Play(recorded.Scenario.Compat, Today))));
    }

    [Fact]
    public void Play_OfToday_NamesNoDate()
    {
        var future = ConfigRun.Play(new Compat("2026-11-25", [], Experimental: false), Today);

        Assert.Equal(true, ConfigRun.Play(new Compat("<today>", [], Experimental: false), Today)["started"]);
        Assert.Contains("<today>", JsonWriter.Write(future), StringComparison.Ordinal);
        Assert.DoesNotContain("2026-11-24", JsonWriter.Write(future), StringComparison.Ordinal);
    }
}
