using OrleansSockets.Compatibility;
using OrleansSockets.Pairs;

namespace OrleansSockets.Deployments;

/// <summary>A deployment's settings at one revision.</summary>
internal sealed record DeploymentRecord(string Name, long Revision, CompatibilitySettings Settings, EffectiveSettings Effective)
{
    public EndSettings EndSettings { get; } = new(Name, Revision, Effective.EndRules, Effective.MaxMessageSize, Effective.BinaryAsBlob ? BinaryType.Blob : BinaryType.ArrayBuffer);
}
