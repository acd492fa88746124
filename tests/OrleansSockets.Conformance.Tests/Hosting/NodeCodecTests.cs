using System.Net;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Hosting;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Hosting;

public class NodeCodecTests
{
    [Fact]
    public void Read_OfWrittenRuns_GivesThemBack()
    {
        foreach (var recorded in RecordedScenarios.All.Where(recorded => recorded.Scenario.Topology != Topology.Config))
        {
            foreach (var plan in Plans.For(recorded.Scenario, nodes: 3))
            {
                var run = new Run("r7", recorded.Scenario, plan, new Dictionary<string, string> { ["A"] = "a:1", ["B"] = "b:2" });

                var read = NodeCodec.ReadRun((JsonObject)JsonReader.Read(JsonWriter.Write(NodeCodec.Write(run)))!);

                Assert.Equal(plan.ToString(), read.Plan.ToString());
                Assert.Equal(run.Silos, read.Silos);
                Assert.Equal(
                    (run.Id, run.Scenario.Name, run.Scenario.Steps.Count), (read.Id, read.Scenario.Name, read.Scenario.Steps.Count));
            }
        }
    }

    [Fact]
    public void Read_OfWrittenSettings_GivesThemBack()
    {
        var settings = new NodeSettings(
            new NodeAddress("B", 1, 2, 3),
            new IPEndPoint(IPAddress.Loopback, 4), "c", 2, [new Compat("2026-04-07", ["pedantic_wpt"], Experimental: true)], Http2: true);

        var read = NodeCodec.ReadSettings((JsonObject)JsonReader.Read(JsonWriter.Write(NodeCodec.Write(settings)))!);

        Assert.Equal(settings with { Compats = [] }, read with { Compats = [] });
        Assert.Equal(settings.Compats.Select(CompatDeployment.Name), read.Compats.Select(CompatDeployment.Name));
    }
}
