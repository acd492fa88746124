using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>A deployment with what its settings come to.</summary>
internal sealed record DeploymentRecord(DeploymentSnapshot Snapshot, EffectiveSettings Effective)
{
    public EndSettings EndSettings { get; } = new(
        Snapshot.Name,
        Snapshot.Revision,
        Effective.EndRules,
        Effective.MaxMessageSize,
        Effective.BinaryAsBlob ? BinaryType.Blob : BinaryType.ArrayBuffer);
}
