using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Traces;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Traces;

public class TraceComparerTests
{
    private static readonly Scenario Remote = Scenario(
        """{"name":"n","topology":"remote","compat":{"date":null},"ignore":["final.c","ends.p"]}""");
    private static readonly Scenario Config = Scenario("""{"name":"n","topology":"config","compat":{"date":null}}""");

    [Fact]
    public void Differences_OfARecordedTraceAndItself_AreNone()
    {
        Assert.All(
            RecordedScenarios.All,
            recorded => Assert.Empty(TraceComparer.Differences(recorded.Scenario, recorded.Trace!, Copy(recorded.Trace!))));
    }

    [Fact]
    public void Differences_WithAnyEntryLeftOut_AreFound()
    {
        foreach (var recorded in RecordedScenarios.All.Where(recorded => recorded.Scenario.Topology != Topology.Config))
        {
            var mutated = Copy(recorded.Trace!);
            foreach (var end in mutated.Object("ends")!.Keys)
            {
                var entries = mutated.Object("ends")!.List(end)!;
                for (var i = 0; i < entries.Count; i++)
                {
                    var entry = entries[i];
                    if (recorded.Scenario.Ignore.Contains($"ends.{end}.{((JsonObject)entry!).Text("k")}"))
                    {
                        continue;
                    }

                    entries.RemoveAt(i);

                    Assert.Contains(
                        TraceComparer.Differences(recorded.Scenario, recorded.Trace!, mutated),
                        text => text.StartsWith($"{end}[", StringComparison.Ordinal));
                    entries.Insert(i, entry);
                }
            }
        }
    }

    [Theory]
    [InlineData("""{"k":"event","type":"close","code":1000,"reason":"x","wasClean":true,"readyState":3}""", "code", 1001.0)]
    [InlineData("""{"k":"event","type":"close","code":1000,"reason":"x","wasClean":true,"readyState":3}""", "reason", "y")]
    [InlineData("""{"k":"event","type":"close","code":1000,"reason":"x","wasClean":true,"readyState":3}""", "wasClean", false)]
    [InlineData("""{"k":"event","type":"close","code":1000,"reason":"x","wasClean":true,"readyState":3}""", "readyState", 2.0)]
    [InlineData("""{"k":"event","type":"error","kind":"other","message":"m","readyState":3}""", "kind", "protocol-error")]
    [InlineData("""{"k":"frame","op":"close","code":1000,"reason":"x"}""", "reason", "y")]
    [InlineData("""{"k":"frame","op":"text","text":"x"}""", "text", "y")]
    [InlineData("""{"k":"call","fn":"close","args":[1],"readyState":[1,1],"in":"setup"}""", "in", "s.close")]
    [InlineData("""{"k":"tcp","how":"fin"}""", "how", "reset-by-us")]
    [InlineData("""{"k":"http","status":101}""", "status", 500.0)]
    public void Differences_InAFieldThatCounts_AreFound(string entry, string field, object other)
    {
        var changed = (JsonObject)JsonReader.Read(entry)!;
        changed[field] = other;

        Assert.NotEmpty(TraceComparer.Differences(Remote, Trace(entry), Trace(JsonWriter.Write(changed))));
    }

    [Theory]
    [InlineData("""{"k":"tcp","how":"fin"}""", """{"k":"tcp","how":"reset"}""")]
    [InlineData(
        """{"k":"event","type":"error","kind":"other","message":"one"}""",
        """{"k":"event","type":"error","kind":"other","message":"two"}""")]
    [InlineData(
        """{"k":"call","threw":{"name":"N","kind":"k","message":"one"}}""",
        """{"k":"call","threw":{"name":"N","kind":"k","message":"two"}}""")]
    [InlineData("""{"k":"frame","op":"close","code":1002,"reason":"one"}""", """{"k":"frame","op":"close","code":1002,"reason":"two"}""")]
    [InlineData("""{"k":"call","fn":"send"}""", """{"fn":"send","k":"call"}""")]
    [InlineData(
        """{"k":"event","type":"close","code":1000}""",
        """{"k":"event","type":"close","code":1000},{"k":"event","type":"error","kind":"peer-disconnected","readyState":3}""")]
    public void Differences_InWhatDoesNotCount_AreNone(string expected, string actual)
    {
        Assert.Empty(TraceComparer.Differences(Remote, Trace(expected), Trace(actual)));
    }

    [Fact]
    public void Differences_OfALostPeerWithoutAClose_AreFound()
    {
        var error = """{"k":"event","type":"error","kind":"peer-disconnected","readyState":3}""";

        Assert.NotEmpty(TraceComparer.Differences(Remote, Trace(string.Empty), Trace(error)));
    }

    [Fact]
    public void Differences_InFinalStates_AreFoundUnlessIgnored()
    {
        var expected = Read("""{"ends":{},"final":{"s":3,"c":"open"}}""");

        Assert.Empty(TraceComparer.Differences(Remote, expected, Read("""{"ends":{"p":[{"k":"call"}]},"final":{"s":3,"c":"ended"}}""")));
        Assert.NotEmpty(TraceComparer.Differences(Remote, expected, Read("""{"ends":{},"final":{"s":2,"c":"open"}}""")));
    }

    [Fact]
    public void Differences_OfConfigurations_AreInStartAndKindsAlone()
    {
        var expected = Read("""{"started":false,"exitCode":1,"messages":["x"],"kinds":["date-beyond-binary","future-date"]}""");

        Assert.Empty(TraceComparer.Differences(Config, expected, Read("""{"started":false,"messages":["y"],"kinds":["future-date"]}""")));
        Assert.NotEmpty(TraceComparer.Differences(Config, expected, Read("""{"started":true,"kinds":["future-date"]}""")));
        Assert.NotEmpty(TraceComparer.Differences(Config, expected, Read("""{"started":false,"kinds":[]}""")));
    }

    private static JsonObject Trace(string entries) => Read($$$"""{"ends":{"s":[{{{entries}}}]},"final":{}}""");

    private static JsonObject Read(string text) => (JsonObject)JsonReader.Read(text)!;

    private static JsonObject Copy(JsonObject trace) => Read(JsonWriter.Write(trace));

    private static Scenario Scenario(string text) => ScenarioParser.Parse(Read(text));
}
