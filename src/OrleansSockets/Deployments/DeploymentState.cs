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

    public DeploymentSnapshot ToSnapshot(string name) =>
        new(name, new CompatibilitySettings(CompatibilityDate, CompatibilityFlags, Experimental), Revision, UpdatedAt);
}
