namespace OrleansSockets.Deployments;

/// <summary>All deployments by name, and what changed since a silo last asked. There is one, with key 0.</summary>
[Alias("OrleansSockets.IDeploymentCatalogGrain")]
internal interface IDeploymentCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Announces a write: stores the name, and if the write is not published then, looks for itself what became of it. The answer is the
    /// last write that is known.
    /// </summary>
    [Alias("Announce"), ResponseTimeout("00:00:05")]
    Task<DeploymentEntry?> AnnounceAsync(string name);

    /// <summary>These were written. What is older than what is known here is passed over.</summary>
    [Alias("Publish"), AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task PublishAsync(DeploymentEntry[] written);

    /// <summary>The last write that is known; null: none.</summary>
    [Alias("Find"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentEntry?> FindAsync(string name);

    /// <summary>Everything, if it changed since the version that the caller has.</summary>
    [Alias("Changes"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentChanges?> ChangesAsync(DeploymentVersion known);
}

/// <summary>Orders what a silo has; a new activation of the catalog starts anew.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentVersion")]
internal readonly record struct DeploymentVersion([property: Id(0)] Guid Activation, [property: Id(1)] long Number);

/// <summary>All deployments at one version, deleted ones included.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentChanges")]
internal sealed record DeploymentChanges([property: Id(0)] DeploymentVersion Version, [property: Id(1)] DeploymentEntry[] Deployments);
