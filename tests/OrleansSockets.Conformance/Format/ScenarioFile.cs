using System.Text.Json;
using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Format;

/// <summary>One scenario and the trace that was recorded of it, if any.</summary>
internal sealed record RecordedScenario(string FileName, Scenario Scenario, JsonObject? Trace);

/// <summary>Reads the files in which scenarios come: <c>{ scenario, trace, ... }</c>, a bare scenario, or a list of scenarios.</summary>
internal static class ScenarioFile
{
    /// <exception cref="ScenarioException">The file is not of the format.</exception>
    public static IReadOnlyList<RecordedScenario> Read(string fileName, ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonReader.Read(utf8) switch
            {
                List<object?> scenarios => [.. scenarios.Select(ReadListed)],
                JsonObject file when file.ContainsKey("scenario") => [ReadRecorded(fileName, file)],
                JsonObject scenario => [new RecordedScenario(fileName, ScenarioParser.Parse(scenario), Trace: null)],
                _ => throw new ScenarioException("There is no object in the file."),
            };
        }
        catch (JsonException error)
        {
            throw new ScenarioException($"The file is no JSON: {error.Message}");
        }
    }

    private static RecordedScenario ReadListed(object? source)
    {
        var scenario = ScenarioParser.Parse(source as JsonObject ?? throw new ScenarioException("An item of the list is no scenario."));
        return new RecordedScenario(scenario.Name + ".json", scenario, Trace: null);
    }

    private static RecordedScenario ReadRecorded(string fileName, JsonObject file)
    {
        var fields = new Fields(file, "The file");
        var scenario = fields.Value("scenario") as JsonObject ?? throw fields.Wrong("has a \"scenario\" that is no object");
        var trace = fields.Value("trace") switch
        {
            null => null,
            var absent when ReferenceEquals(absent, Script.Undefined) => null,
            JsonObject recorded => recorded,
            _ => throw fields.Wrong("has a \"trace\" that is no object"),
        };

        // Whatever else is there tells of the recording: who made it, how often, what was left out.
        return new RecordedScenario(fileName, ScenarioParser.Parse(scenario), trace);
    }
}
