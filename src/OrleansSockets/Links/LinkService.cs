using Microsoft.Extensions.Logging;
using OrleansSockets.Pairs;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <inheritdoc cref="ILinkService"/>
internal sealed class LinkService(
    GrainId id, Silo silo, ILoggerFactory loggerFactory, SiloLinks links, SiloPaths paths, SiloDetour detour, PairHub hub)
    : GrainService(id, silo, loggerFactory), ILinkService
{
    public Task<WireRange> HelloAsync(WireRange spoken) => Task.FromResult(links.Spoken);

    public Task ReceiveAsync(LinkBatch batch)
    {
        links.Receive(batch);
        return Task.CompletedTask;
    }

    public Task<AdoptReply> AdoptAsync(AdoptRequest request) => Task.FromResult(hub.Claims.Adopt(request));

    public Task<AttachReply> AttachAsync(AttachRequest request) => Task.FromResult(hub.Attachments.AttachHere(request));

    public Task<PairHostSnapshot?> DescribeAsync(PairId pair) => Task.FromResult(hub.Describe(pair));

    public Task PingAsync() => Task.CompletedTask;

    public Task<bool> ReachesAsync(SiloAddress to) => paths.ReachesAsync(to);

    public Task<bool> ForwardAsync(SiloAddress to, LinkBatch batch) => paths.ForwardAsync(to, batch);

    public Task<T> RunAsync<T>(DetouredCall<T> call) => detour.RunForOtherAsync(call);
}
