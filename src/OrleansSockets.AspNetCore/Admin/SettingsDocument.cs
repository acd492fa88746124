using OrleansSockets.Compatibility;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>A date and flags, as they are given.</summary>
internal sealed record SettingsDocument(string? CompatibilityDate, IReadOnlyList<string>? CompatibilityFlags, bool Experimental = false);

/// <summary>A deployment as it is stored.</summary>
internal sealed record DeploymentDocument(
    string Name,
    long Revision,
    DateTimeOffset UpdatedAt,
    string? CompatibilityDate,
    IReadOnlyList<string> CompatibilityFlags,
    bool Experimental,
    IReadOnlyList<ProblemLine> Warnings);

/// <summary>What a date and flags come to.</summary>
internal sealed record EffectiveDocument(
    string? Name,
    long? Revision,
    string? CompatibilityDate,
    IReadOnlyList<string> CompatibilityFlags,
    bool AutoReplyToClose,
    string BinaryType,
    bool LimitCloseReason,
    bool PermessageDeflate,
    int MaxMessageSize,
    bool PedanticCloseCodes,
    bool ReportListenerExceptions,
    bool IoTasksPreventEviction,
    bool PropertiesOnPrototype,
    IReadOnlyList<FeatureDecision> Decisions,
    IReadOnlyList<ProblemLine> Warnings);

/// <summary>One side of a comparison: a deployment's name, or a date and flags.</summary>
internal sealed record ComparedSettings(
    string? Deployment, string? CompatibilityDate, IReadOnlyList<string>? CompatibilityFlags, bool Experimental = false);

internal sealed record ComparisonRequest(ComparedSettings From, ComparedSettings To);

internal sealed record ComparisonDocument(EffectiveDocument From, EffectiveDocument To, IReadOnlyList<FeatureChange> Changes);

/// <summary>A feature that one side has and the other has not.</summary>
internal sealed record FeatureChange(string Feature, bool From, bool To, string FromReason, string ToReason);
