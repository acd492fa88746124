using System.Text;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.JavaScript;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Format;

public class ScenarioParserTests
{
    [Fact]
    public void RecordedScenarios_AreReadWhole()
    {
        Assert.All(RecordedScenarios.All, recorded =>
        {
            Assert.Equal(recorded.FileName, recorded.Scenario.Name + ".json");
            Assert.NotNull(recorded.Trace);
        });
        Assert.Equal(Enum.GetValues<Topology>(), RecordedScenarios.All.Select(recorded => recorded.Scenario.Topology).Distinct().Order());
    }

    [Fact]
    public void Parse_OfAbsentAndNullArguments_TellsThemApart()
    {
        var scenario = Parse(Scenario(
            """{"at":"s","do":"close"},{"at":"s","do":"close","code":null,"reason":null},{"at":"s","do":"accept","options":null}"""));

        var calls = scenario.Steps.Cast<TurnStep>().Select(step => step.Calls.Single()).ToList();
        Assert.Equal((Script.Undefined, Script.Undefined), (((CloseCall)calls[0]).Code, ((CloseCall)calls[0]).Reason));
        Assert.Equal((null, null), (((CloseCall)calls[1]).Code, ((CloseCall)calls[1]).Reason));
        Assert.Null(((AcceptCall)calls[2]).Options);
    }

    [Fact]
    public void Parse_OfClientSteps_MakesTheirFrames()
    {
        var scenario = Parse(Scenario(steps: """
            {"at":"c","do":"send","textRepeat":["ab",3]},
            {"at":"c","do":"sendClose","reason":"only"},
            {"at":"c","do":"sendClose","code":999,"reason":"é"},
            {"at":"c","do":"sendAll","frames":[{"op":8,"text":"x"},{"op":"binary","hex":"00ff","fin":false,"rsv":4}]}
            """));

        var frames = scenario.Steps.Cast<FramesStep>().SelectMany(step => step.Frames).ToList();
        Assert.Equal(
            [(1, "616261626162"), (8, ""), (8, "03E7C3A9"), (8, "78"), (2, "00FF")],
            frames.Select(frame => (frame.Opcode, Convert.ToHexString(frame.Payload))));
        Assert.Equal((false, 4), (frames[^1].Fin, frames[^1].Rsv));
    }

    [Fact]
    public void Parse_OfFurtherListeners_KeepsWhichTypesTheyAreFor()
    {
        var scenario = Parse("""
            {"name":"n","topology":"remote","globalErrors":true,"compat":{"date":"2026-09-15"},"ends":{"s":{"more":[
                {"message":[{"do":"delay","ms":40},{"do":"reject","text":"late"}],"close":[]},
                {"error":[{"do":"throw","text":"t","when":{"instance":2}}]}]}}}
            """);

        var more = scenario.End("s").More;
        Assert.True(scenario.GlobalErrors);
        Assert.Equal([["message", "close"], ["error"]], more.Select(listener => listener.Keys.ToArray()));
        Assert.Equal(
            [new Rule(new DelayCall(null, TimeSpan.FromMilliseconds(40)), null), new Rule(new RejectCall(null, "late"), null)],
            more[0]["message"]);
        Assert.Equal([new Rule(new ThrowCall(null, "t"), null, WhenInstance: 2)], more[1]["error"]);
    }

    [Theory]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null},"ends":{"s":{"setup":[{"do":"delay","ms":1}]}}}""",
        "unknown \"do\" \"delay\"")]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null},"ends":{"s":{"more":[{"open":[]}]}}}""",
        "unknown field \"open\"")]
    [InlineData("""{"topology":"remote","compat":{"date":"2026-04-07"},"steps":[]}""", "needs the text \"name\"")]
    [InlineData("""{"name":"n","topology":"ring","compat":{"date":null}}""", "unknown topology \"ring\"")]
    [InlineData("""{"name":"n","topology":"local","host":"worker2","compat":{"date":null}}""", "unknown host \"worker2\"")]
    [InlineData("""{"name":"n","topology":"local","host":"passthrough","compat":{"date":null}}""", "only the topology \"remote\"")]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null,"flag":[]}}""",
        "The scenario.compat has the unknown field \"flag\"")]
    [InlineData("""{"name":"n","topology":"remote","compat":{"date":null},"ends":{"x":{}}}""", "names \"x\"")]
    [InlineData("""{"name":"n","topology":"remote","compat":{"date":null},"ends":{"s":{"on":{"open":[]}}}}""", "unknown field \"open\"")]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null},"steps":[{"at":"c","do":"wave"}]}""",
        "Step 0 has the unknown client action \"wave\"")]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null},"steps":[{"at":"s","do":"close","cod":1}]}""",
        "Step 0 has the unknown field \"cod\"")]
    [InlineData("""{"name":"n","topology":"remote","compat":{"date":null},"steps":[{"at":"a","do":"close"}]}""", "is at \"a\"")]
    [InlineData(
        """{"name":"n","topology":"remote","compat":{"date":null},"steps":[{"at":"c","do":"await","event":"message"}]}""",
        "which never comes")]
    [InlineData("""[1]""", "is no scenario")]
    [InlineData("""{"scenario":""", "is no JSON")]
    public void Read_OfWhatIsNoScenario_SaysWhereAndWhy(string source, string sentence)
    {
        var error = Assert.Throws<ScenarioException>(() => ScenarioFile.Read("n.json", Encoding.UTF8.GetBytes(source)));

        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"scenario":{"name":"n","topology":"local","compat":{"date":"2026-04-07"},"author":"x"},"trace":null,"checkedOn":[1]}""")]
    [InlineData("""{"name":"n","topology":"local","compat":{"date":"2026-04-07"},"why":{"a":1}}""")]
    public void Read_OfRemarksBesideTheSteps_LeavesThemAlone(string source)
    {
        var recorded = ScenarioFile.Read("n.json", Encoding.UTF8.GetBytes(source)).Single();

        Assert.Equal("n", recorded.Scenario.Name);
        Assert.Null(recorded.Trace);
    }

    private static string Scenario(string steps) =>
        $$"""{"name":"n","topology":"remote","compat":{"date":"2026-04-07"},"steps":[{{steps}}]}""";

    private static Scenario Parse(string source) => ScenarioFile.Read("n.json", Encoding.UTF8.GetBytes(source)).Single().Scenario;
}
