using Orleans.Runtime.Services;

namespace OrleansSockets.Administration;

/// <summary>Reaches the <see cref="INodeService"/> of a given silo.</summary>
internal sealed class NodeServiceClient(IServiceProvider services) : GrainServiceClient<INodeService>(services)
{
    public INodeService On(SiloAddress silo) => GetGrainService(silo);
}
