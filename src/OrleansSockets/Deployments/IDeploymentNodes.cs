namespace OrleansSockets.Deployments;

/// <summary>Asks other nodes for the deployments that they know.</summary>
internal interface IDeploymentNodes
{
    /// <summary>The last write of every deployment that a silo knows.</summary>
    Task<DeploymentEntry[]> GetDeploymentsAsync(SiloAddress silo);
}
