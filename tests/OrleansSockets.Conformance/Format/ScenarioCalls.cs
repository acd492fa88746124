namespace OrleansSockets.Conformance.Format;

/// <summary>Looks through the calls of a scenario, wherever they stand.</summary>
internal static class ScenarioCalls
{
    private static readonly string[] Missing = ["setAlarm", "blockConcurrency", "stateCall"];

    /// <summary>The first function that it calls and that is not there yet, or <c>null</c>.</summary>
    public static string? FirstMissing(Scenario scenario) =>
        All(scenario).FirstOrDefault(call => Missing.Contains(call.Function))?.Function;

    /// <summary>The names that it gives to ends of pairs which stay in the session.</summary>
    public static IEnumerable<string> NewEnds(Scenario scenario) => All(scenario).OfType<HibernationCall>()
        .Where(call => call.Function == "newPair").SelectMany(call => (List<object?>)call.Argument("ends")!).Cast<string>().Distinct();

    private static IEnumerable<Call> All(Scenario scenario) =>
        scenario.Ends.Values.SelectMany(end => (end.Setup ?? []).Concat(end.Rules.Select(rule => rule.Call)))
            .Concat(scenario.Steps.OfType<TurnStep>().SelectMany(step => step.Calls));
}
