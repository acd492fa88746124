using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>What is stored of a deployment.</summary>
[GenerateSerializer, Alias("OrleansSockets.DeploymentState")]
internal sealed class DeploymentState
{
    [Id(0)] public string? CompatibilityDate { get; set; }

    [Id(1)] public string[] CompatibilityFlags { get; set; } = [];

    [Id(2)] public bool Experimental { get; set; }

    /// <summary>Counts the writes; 0 before the first.</summary>
    [Id(3)] public long Revision { get; set; }

    [Id(4)] public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Kept with its revision, so that none comes twice.</summary>
    [Id(5)] public bool IsDeleted { get; set; }

    public static DeploymentState From(DeploymentEntry entry) => new()
    {
        CompatibilityDate = entry.Settings?.Date,
        CompatibilityFlags = [.. entry.Settings?.Flags ?? []],
        Experimental = entry.Settings?.Experimental ?? false,
        Revision = entry.Revision,
        UpdatedAt = entry.UpdatedAt,
        IsDeleted = entry.Settings is null,
    };

    public DeploymentEntry ToEntry(string name) => new(
        name, Revision, UpdatedAt, IsDeleted ? null : new CompatibilitySettings(CompatibilityDate, CompatibilityFlags, Experimental));
}
