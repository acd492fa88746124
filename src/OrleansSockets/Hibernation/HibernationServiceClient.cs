using Orleans.Runtime.Services;

namespace OrleansSockets.Hibernation;

/// <summary>Reaches the <see cref="IHibernationService"/> of a given silo.</summary>
internal sealed class HibernationServiceClient(IServiceProvider services) : GrainServiceClient<IHibernationService>(services)
{
    public IHibernationService On(SiloAddress silo) => GetGrainService(silo);
}
