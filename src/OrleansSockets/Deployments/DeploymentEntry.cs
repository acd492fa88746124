using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>The last write of a deployment. A deletion is a write, too: whoever hears of it late knows that what it has is older.</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="Revision">Counts the writes, from 1; 0 for settings of the configuration that nobody has written yet.</param>
/// <param name="UpdatedAt">When it was written.</param>
/// <param name="Settings">Date and flags; null: deleted.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentEntry")]
internal sealed record DeploymentEntry(
    [property: Id(0)] string Name,
    [property: Id(1)] long Revision,
    [property: Id(2)] DateTimeOffset UpdatedAt,
    [property: Id(3)] CompatibilitySettings? Settings)
{
    /// <summary>For those who use it; null: there is none any more.</summary>
    public DeploymentSnapshot? Snapshot => Settings is null ? null : new DeploymentSnapshot(Name, Settings, Revision, UpdatedAt);

    // Only without a storage can there be two writes of one revision, on the two sides of a split cluster. All nodes must then choose the
    // same one.
    public bool IsNewerThan(DeploymentEntry? other) =>
        other is null || Revision > other.Revision || (Revision == other.Revision && UpdatedAt > other.UpdatedAt);
}
