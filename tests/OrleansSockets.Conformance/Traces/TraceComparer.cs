using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Traces;

/// <summary>Compares what happened with what should have happened: per end as a list, then the final states.</summary>
internal static class TraceComparer
{
    private const string Nothing = "(nothing)";

    /// <returns>One text per end that differs, with the first differing entry of both sides; empty if the traces agree.</returns>
    public static IReadOnlyList<string> Differences(Scenario scenario, JsonObject expected, JsonObject actual)
    {
        var wanted = TraceNormalizer.Normalize(scenario, expected);
        var got = TraceNormalizer.Normalize(scenario, actual);
        if (scenario.Topology == Topology.Config)
        {
            var (wantedConfig, gotConfig) = (JsonWriter.Write(wanted), JsonWriter.Write(got));
            return wantedConfig == gotConfig ? [] : [Mismatch("config", wantedConfig, gotConfig)];
        }

        var differences = new List<string>();
        var (wantedEnds, gotEnds) = (wanted.Object("ends") ?? [], got.Object("ends") ?? []);
        foreach (var end in wantedEnds.Keys.Union(gotEnds.Keys))
        {
            if (FirstDifference(end, wantedEnds.List(end) ?? [], gotEnds.List(end) ?? []) is { } difference)
            {
                differences.Add(difference);
            }
        }

        var (wantedFinal, gotFinal) = (
            JsonWriter.Write(wanted.GetValueOrDefault("final")), JsonWriter.Write(got.GetValueOrDefault("final")));
        if (wantedFinal != gotFinal)
        {
            differences.Add(Mismatch("final", wantedFinal, gotFinal));
        }

        return differences;
    }

    private static string? FirstDifference(string end, List<object?> wanted, List<object?> got)
    {
        for (var i = 0; i < Math.Max(wanted.Count, got.Count); i++)
        {
            var (expected, actual) = (EntryAt(wanted, i), EntryAt(got, i));
            if (expected != actual)
            {
                return Mismatch($"{end}[{i}]", expected, actual);
            }
        }

        return null;
    }

    private static string EntryAt(List<object?> entries, int index) => index < entries.Count ? JsonWriter.Write(entries[index]) : Nothing;

    private static string Mismatch(string where, string expected, string actual) =>
        $"{where}\n    expected {expected}\n    actual   {actual}";
}
