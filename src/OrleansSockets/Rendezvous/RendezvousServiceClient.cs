using Orleans.Runtime.Services;

namespace OrleansSockets.Rendezvous;

/// <summary>Reaches the <see cref="IRendezvousService"/> of a given silo.</summary>
internal sealed class RendezvousServiceClient(IServiceProvider services) : GrainServiceClient<IRendezvousService>(services)
{
    public IRendezvousService On(SiloAddress silo) => GetGrainService(silo);
}
