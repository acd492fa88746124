using Microsoft.Extensions.Logging;
using OrleansSockets.Pairs;

namespace OrleansSockets.Links;

/// <inheritdoc cref="ILinkService"/>
internal sealed class LinkService(GrainId id, Silo silo, ILoggerFactory loggerFactory, SiloLinks links, PairHub hub)
    : GrainService(id, silo, loggerFactory), ILinkService
{
    public Task ReceiveAsync(LinkBatch batch)
    {
        links.Receive(batch);
        return Task.CompletedTask;
    }

    public Task<AdoptReply> AdoptAsync(AdoptRequest request) => Task.FromResult(hub.Claims.Adopt(request));

    public Task<AttachReply> AttachAsync(AttachRequest request) => Task.FromResult(hub.Attachments.AttachHere(request));

    public Task<PairHostSnapshot?> DescribeAsync(PairId pair) => Task.FromResult(hub.Describe(pair));
}
