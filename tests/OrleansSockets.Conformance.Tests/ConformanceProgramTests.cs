using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;
using Xunit;

namespace OrleansSockets.Conformance.Tests;

public sealed class ConformanceProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conformance-");
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _output.Dispose();
    }

    [Fact]
    public async Task Run_OfNodesAsProcesses_WritesTraceAndPlacementUnderTheSameName()
    {
        var file = Write("any.json", Recorded("split-a-closes-auto-by-date"));

        var code = await RunAsync("--nodes", "2", "--processes", "--out", Path.Combine(_folder.FullName, "out"), file);

        Assert.Equal("1 passed, 0 failed", LastLine());
        Assert.Equal(0, code);
        var written = (JsonObject)JsonReader.Read(
            await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "out", "any.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(["scenario", "trace", "placement"], written.Keys);
        var placement = written.Object("placement")!;
        Assert.NotEqual(placement.Text("a"), placement.Text("b"));
        Assert.Contains(placement.Text("pair:1"), new[] { placement.Text("a"), placement.Text("b") });
        Assert.Equal(2, placement.Object("processId")!.Values.Distinct().Count());
    }

    [Fact]
    public async Task Run_OfATraceThatIsNotTheRecordedOne_FailsAndShowsBothEntries()
    {
        var recorded = Recorded("local-close-without-code");
        ((JsonObject)recorded.Object("trace")!.Object("ends")!.List("a")![^1]!)["code"] = 1000.0;
        var file = Write("changed.json", recorded);

        var code = await RunAsync(file);

        Assert.Equal("0 passed, 1 failed", LastLine());
        Assert.Equal(1, code);
        Assert.Contains("FAILED changed.json", _output.ToString(), StringComparison.Ordinal);
        Assert.Matches("""expected \{"code":1000,.*\s+actual   \{"code":1005,""", _output.ToString());
    }

    [Fact]
    public async Task Run_OfAFolder_GoesOnAfterFilesThatAreNoScenarios()
    {
        var untraced = Recorded("local-close-without-code");
        untraced.Remove("trace");
        Write("1-untraced.json", untraced);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "2-broken.json"), "{", TestContext.Current.CancellationToken);
        var unusable = Recorded("local-close-without-code");
        unusable.Object("scenario")!.Object("compat")!["date"] = "tomorrow";
        Write("3-unusable.json", unusable);
        Write("4-config.json", Recorded("config-both-flags"));

        var code = await RunAsync(_folder.FullName);

        Assert.Equal("2 passed, 2 failed", LastLine());
        Assert.Equal(1, code);
        Assert.Contains("The file is no JSON", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Invalid compatibility date: tomorrow", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfFoldersWithinAFolder_WritesEachFileWhereItWas()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "in", "one"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "in", "two"));
        Write(Path.Combine("in", "one", "same.json"), Recorded("config-both-flags"));
        Write(Path.Combine("in", "two", "same.json"), Recorded("config-unknown-flag"));

        await RunAsync("--out", Path.Combine(_folder.FullName, "out"), Path.Combine(_folder.FullName, "in"));

        Assert.Equal("2 passed, 0 failed", LastLine());
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "out", "one", "same.json")));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "out", "two", "same.json")));
    }

    [Fact]
    public async Task Run_OfAFunctionThatIsMissing_SaysSo()
    {
        var code = await RunAsync(Write("alarm.json", Recorded("hibernation-alarm-wakes")));

        Assert.Equal(1, code);
        Assert.Contains(
            "It calls setAlarm, which is not there yet.",
            _output.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfAnEventThatNeverComes_SaysWhatWasMissing()
    {
        var recorded = Recorded("local-close-without-code");
        recorded.Remove("trace");
        var steps = recorded.Object("scenario")!.List("steps")!;
        steps.Add(JsonReader.Read("""{"at":"a","do":"await","event":"message"}"""));
        var file = Write("waits.json", recorded);

        var code = await RunAsync(file);

        Assert.Equal(1, code);
        Assert.Contains(
            $"no message number 1 at a within {RunLimits.Step.TotalSeconds} s; there is {{", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfACommandThatIsNotUnderstood_SaysHowToCallIt()
    {
        Assert.Equal(2, await RunAsync("--nodes", "7"));
        Assert.Contains("usage:", _output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) => ConformanceProgram.RunAsync(arguments, _output);

    private string LastLine() => _output.ToString().TrimEnd().Split(Environment.NewLine)[^1];

    private string Write(string name, JsonObject file)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, JsonWriter.WriteFile(file));
        return path;
    }

    private static JsonObject Recorded(string name)
    {
        var recorded = RecordedScenarios.All.Single(recorded => recorded.Scenario.Name == name);
        return (JsonObject)JsonReader.Read(
            JsonWriter.Write(new JsonObject { ["scenario"] = recorded.Scenario.Source, ["trace"] = recorded.Trace }))!;
    }
}
