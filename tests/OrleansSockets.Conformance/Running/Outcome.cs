using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>What came of one scenario.</summary>
/// <param name="Mismatches">What differs from the recorded trace, or between placements, or could not be done; empty: passed.</param>
internal sealed record Outcome(RecordedScenario Recorded, JsonObject Trace, JsonObject Placement, IReadOnlyList<string> Mismatches)
{
    public bool Passed => Mismatches.Count == 0;

    /// <summary>The file that is written of it.</summary>
    public JsonObject ToFile() => new() { ["scenario"] = Recorded.Scenario.Source, ["trace"] = Trace, ["placement"] = Placement };
}
