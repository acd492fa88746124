using Orleans.Runtime.Services;
using OrleansSockets.Deployments;

namespace OrleansSockets.Administration;

/// <summary>Reaches the <see cref="INodeService"/> of a given silo.</summary>
internal sealed class NodeServiceClient(IServiceProvider services) : GrainServiceClient<INodeService>(services), IDeploymentNodes
{
    public INodeService On(SiloAddress silo) => GetGrainService(silo);

    public Task<DeploymentEntry[]> GetDeploymentsAsync(SiloAddress silo) => On(silo).GetDeploymentsAsync();
}
