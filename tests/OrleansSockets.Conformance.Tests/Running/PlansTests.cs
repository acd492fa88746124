using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Running;

public class PlansTests
{
    [Theory]
    [InlineData("remote", 1, "c on A, host context on A, pair on A")]
    [InlineData("remote", 2, "c on A, host session on B, pair on A", "c on A, host session on B, pair on B")]
    [InlineData("remote", 3, "c on A, host session on B, pair on C")]
    [InlineData("local", 1, "host context on A, pair on no node")]
    [InlineData("local", 2, "host context on A, pair on A", "host context on A, pair on B")]
    [InlineData("local", 3, "host context on A, pair on B", "host context on A, pair on C")]
    [InlineData("split", 2, "host session on B, front context on A, pair on A", "host session on B, front context on A, pair on B")]
    [InlineData("split", 3, "host session on B, front context on A, pair on C")]
    [InlineData("relay", 3, "c1 on A, c2 on B, host session on C, pair on C and C")]
    [InlineData("proxy", 1, "c on A, host session on A, front context on A, pair on A and A")]
    [InlineData("proxy", 3, "c on A, host session on C, front session on B, pair on C and A")]
    public void For_ATopology_LaysItOverTheNodes(string topology, int nodes, params string[] expected)
    {
        var scenario = ScenarioParser.Parse((JsonObject)JsonReader.Read(
            $$$"""{"name":"n","topology":"{{{topology}}}","compat":{"date":null}}""")!);

        Assert.Equal(expected, Plans.For(scenario, nodes).Select(plan => plan.ToString()));
    }

    [Theory]
    [InlineData("durableObject", 1, "c on A, host session on A, pair on A")]
    [InlineData("passthrough", 1, "c on A, host session on A, via A, pair on A")]
    [InlineData("passthrough", 3, "c on A, host session on B, via C, pair on C")]
    public void For_AHost_LaysItOverTheNodes(string host, int nodes, string expected)
    {
        var scenario = ScenarioParser.Parse((JsonObject)JsonReader.Read(
            $$$"""{"name":"n","topology":"remote","host":"{{{host}}}","compat":{"date":null}}""")!);

        Assert.Equal(expected, Plans.For(scenario, nodes)[0].ToString());
    }
}
