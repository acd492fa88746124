using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>Calls of the other silo's <see cref="ILinkService"/>, through a third silo while it is not reached directly.</summary>
internal sealed class ServiceTransport(SiloAddress to, SiloPaths paths, SiloDetour detour) : ILinkTransport
{
    public Task<WireRange> HelloAsync(WireRange spoken) => detour.CallAsync(new HelloCall(to, spoken));

    public Task DeliverAsync(LinkBatch batch) => paths.DeliverAsync(to, batch);
}
