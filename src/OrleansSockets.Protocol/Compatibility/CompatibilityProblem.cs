namespace OrleansSockets.Compatibility;

/// <summary>What can be wrong with compatibility settings.</summary>
public enum CompatibilityProblemKind
{
    /// <summary>The flag that enables a feature and the one that disables it are both given.</summary>
    ContradictoryFlags,

    /// <summary>The date enables the feature already. A warning; everything else is an error.</summary>
    RedundantFlag,

    /// <summary>No feature has this flag.</summary>
    UnknownFlag,

    /// <summary>The same flag is given more than once.</summary>
    DuplicateFlag,

    /// <summary>The date is not <c>YYYY-MM-DD</c>.</summary>
    InvalidDate,

    /// <summary>The date is later than today (UTC).</summary>
    FutureDate,

    /// <summary>No date is given.</summary>
    MissingDate,

    /// <summary>The flag is experimental, and experimental flags are not allowed.</summary>
    ExperimentalFlag,
}

/// <summary>One thing that is wrong with compatibility settings.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Message">A sentence in the words of Cloudflare's runtime.</param>
/// <param name="IsError">Whether the settings cannot be used; otherwise it is a warning.</param>
public sealed record CompatibilityProblem(CompatibilityProblemKind Kind, string Message, bool IsError);
