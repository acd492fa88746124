namespace OrleansSockets.Deployments;

/// <summary>All deployments by name, and what changed since a silo last asked. There is one, with key 0.</summary>
[Alias("OrleansSockets.IDeploymentCatalogGrain")]
internal interface IDeploymentCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Stores the name, before the first write of its settings.</summary>
    [Alias("Register"), ResponseTimeout("00:00:05")]
    Task RegisterAsync(string name);

    /// <summary>The deployment was written; null: deleted.</summary>
    [Alias("Publish"), ResponseTimeout("00:00:05")]
    Task PublishAsync(string name, DeploymentSnapshot? deployment);

    /// <summary>Everything, if it changed since the version that the caller has.</summary>
    [Alias("Changes"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<DeploymentChanges?> ChangesAsync(DeploymentVersion known);
}

/// <summary>Orders what a silo has; a new activation of the catalog starts anew.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentVersion")]
internal readonly record struct DeploymentVersion([property: Id(0)] Guid Activation, [property: Id(1)] long Number);

/// <summary>All deployments at one version.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.DeploymentChanges")]
internal sealed record DeploymentChanges([property: Id(0)] DeploymentVersion Version, [property: Id(1)] DeploymentSnapshot[] Deployments);
