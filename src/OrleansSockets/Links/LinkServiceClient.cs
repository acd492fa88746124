using Orleans.Runtime.Services;

namespace OrleansSockets.Links;

/// <summary>Reaches the <see cref="ILinkService"/> of a given silo.</summary>
internal sealed class LinkServiceClient(IServiceProvider services) : GrainServiceClient<ILinkService>(services)
{
    public ILinkService On(SiloAddress silo) => GetGrainService(silo);
}
