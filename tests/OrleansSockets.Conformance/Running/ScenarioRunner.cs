using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Traces;

namespace OrleansSockets.Conformance.Running;

/// <summary>Runs scenarios on the nodes of one cluster, once for each plan, and judges what came of it.</summary>
internal sealed class ScenarioRunner(IReadOnlyDictionary<string, INode> nodes, bool http2, TimeProvider time)
{
    private readonly Dictionary<string, string> _silos = nodes.ToDictionary(node => node.Key, node => node.Value.Silo);
    private int _runs;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <param name="recorded">The scenario.</param>
    /// <param name="pairsOn">Only the plan with the pairs on this node; null: all plans.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Outcome> RunAsync(RecordedScenario recorded, string? pairsOn, CancellationToken cancellation)
    {
        if (recorded.Scenario.Topology == Topology.Config)
        {
            return Judge(recorded, ConfigRun.Play(recorded.Scenario.Compat, Today), [], []);
        }

        if (ScenarioCalls.FirstMissing(recorded.Scenario) is { } function)
        {
            return CannotRun(recorded, $"It calls {function}, which is not there yet.");
        }

        if (CompatDeployment.Problem(recorded.Scenario.Compat, Today) is { } problem)
        {
            return CannotRun(recorded, problem);
        }

        Outcome? first = null;
        foreach (var plan in Plans.For(recorded.Scenario, nodes.Count)
            .Where(plan => pairsOn is null || plan.Pairs.All(node => node == pairsOn)))
        {
            // Without a recorded trace, the placements have to agree with each other.
            var outcome = await RunAsync(
                first is null ? recorded : recorded with { Trace = recorded.Trace ?? first.Trace }, plan, cancellation);
            if (!outcome.Passed)
            {
                return outcome with { Recorded = recorded };
            }

            first ??= outcome;
        }

        return first ?? CannotRun(recorded, $"It has no plan with its pairs on {pairsOn}.");
    }

    private async Task<Outcome> RunAsync(RecordedScenario recorded, Plan plan, CancellationToken cancellation)
    {
        var about = $"on {nodes.Count} nodes: {plan}";
        try
        {
            await using var play = new ScenarioRun(
                new Run($"r{Interlocked.Increment(ref _runs)}", recorded.Scenario, plan, _silos), nodes, http2, time);
            var (trace, placement) = await play.PlayAsync(cancellation);
            return Judge(recorded, trace, placement, [about]);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            // A run that cannot even be taken down fails alone; the others go on.
            return new Outcome(recorded, new JsonObject { ["problem"] = error.Message }, [], [about, error.ToString()]);
        }
    }

    private static Outcome CannotRun(RecordedScenario recorded, string problem) =>
        new(recorded, new JsonObject { ["problem"] = problem }, [], [problem]);

    private static Outcome Judge(RecordedScenario recorded, JsonObject trace, JsonObject placement, string[] about)
    {
        var mismatches = new List<string>();
        if (trace.Text("problem") is { } problem)
        {
            mismatches.Add(problem);
        }

        if (recorded.Trace is { } expected)
        {
            mismatches.AddRange(TraceComparer.Differences(recorded.Scenario, expected, trace));
        }

        return new Outcome(recorded, trace, placement, mismatches.Count == 0 ? [] : [.. about, .. mismatches]);
    }
}
