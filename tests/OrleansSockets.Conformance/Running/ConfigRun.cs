using System.Globalization;
using OrleansSockets.Compatibility;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>A scenario of the topology <c>config</c>: its settings are judged, and nothing else happens.</summary>
internal static class ConfigRun
{
    // Stands for the date of the recording in texts, and may stand for it in settings.
    private const string Today = "<today>";
    private const string DateFormat = "yyyy-MM-dd";

    public static JsonObject Play(Compat compat, DateOnly today)
    {
        var written = today.ToString(DateFormat, CultureInfo.InvariantCulture);
        var settings = new CompatibilitySettings(compat.Date == Today ? written : compat.Date, compat.Flags, compat.Experimental);
        var result = CompatibilityRules.Evaluate(settings, today);
        return new JsonObject
        {
            ["started"] = result.IsValid,
            ["exitCode"] = result.IsValid ? null : 1,
            ["messages"] = Texts(result.Problems.Select(problem => problem.Message.Replace(written, Today, StringComparison.Ordinal))),
            ["kinds"] = Texts(result.Problems.Select(problem => KindOf(problem.Kind))),
        };
    }

    private static List<object?> Texts(IEnumerable<string> texts) => [.. texts.Order(StringComparer.Ordinal)];

    private static string KindOf(CompatibilityProblemKind kind) => kind switch
    {
        CompatibilityProblemKind.ContradictoryFlags => "contradictory-flags",
        CompatibilityProblemKind.RedundantFlag => "redundant-flag",
        CompatibilityProblemKind.UnknownFlag => "unknown-flag",
        CompatibilityProblemKind.DuplicateFlag => "duplicate-flag",
        CompatibilityProblemKind.InvalidDate => "invalid-date",
        CompatibilityProblemKind.FutureDate => "future-date",
        CompatibilityProblemKind.MissingDate => "missing-date",
        CompatibilityProblemKind.ExperimentalFlag => "experimental-flag",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
