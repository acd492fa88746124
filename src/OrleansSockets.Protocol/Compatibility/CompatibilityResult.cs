namespace OrleansSockets.Compatibility;

/// <summary>The outcome of evaluating compatibility settings.</summary>
/// <param name="Settings">What they come to; null if there is an error.</param>
/// <param name="Problems">All problems at once, errors and warnings.</param>
public sealed record CompatibilityResult(EffectiveSettings? Settings, IReadOnlyList<CompatibilityProblem> Problems)
{
    /// <summary>Whether the settings can be used; there may be warnings all the same.</summary>
    public bool IsValid => Settings is not null;
}
