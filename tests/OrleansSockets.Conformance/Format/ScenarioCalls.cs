namespace OrleansSockets.Conformance.Format;

/// <summary>Looks through the calls of a scenario, wherever they stand.</summary>
internal static class ScenarioCalls
{
    /// <summary>The first function of the hibernation API that it calls, or <c>null</c>.</summary>
    public static string? FirstOfHibernation(Scenario scenario) => All(scenario).OfType<HibernationCall>().FirstOrDefault()?.Function;

    private static IEnumerable<Call> All(Scenario scenario) =>
        scenario.Ends.Values.SelectMany(end => (end.Setup ?? []).Concat(end.Rules.Select(rule => rule.Call)))
            .Concat(scenario.Steps.OfType<TurnStep>().SelectMany(step => step.Calls));
}
