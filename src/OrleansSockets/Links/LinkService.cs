using Microsoft.Extensions.Logging;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <inheritdoc cref="ILinkService"/>
internal sealed class LinkService : GrainService, ILinkService
{
    private readonly SiloLinks _links;
    private readonly SiloPaths _paths;
    private readonly SiloDetour _detour;
    private readonly ILinkReceiver _receiver;

    public LinkService(
        GrainId id, Silo silo, ILoggerFactory loggerFactory, SiloLinks links, SiloPaths paths, SiloDetour detour, ILinkReceiver receiver)
        : base(id, silo, loggerFactory)
    {
        _links = links;
        _paths = paths;
        _detour = detour;
        _receiver = receiver;
        paths.Own = this;
    }

    public Task<WireRange> HelloAsync(WireRange spoken) => Task.FromResult(_links.Spoken);

    public Task ReceiveAsync(LinkBatch batch)
    {
        _links.Receive(batch);
        return Task.CompletedTask;
    }

    public Task<AdoptReply> AdoptAsync(AdoptRequest request) => Task.FromResult(_receiver.Adopt(request));

    public Task<AttachReply> AttachAsync(AttachRequest request) => Task.FromResult(_receiver.Attach(request));

    public Task<PairHostSnapshot?> DescribeAsync(PairId pair) => Task.FromResult(_receiver.Describe(pair));

    public Task PingAsync() => Task.CompletedTask;

    public Task<bool> ReachesAsync(SiloAddress to) => _paths.ReachesAsync(to);

    public Task<bool> ForwardAsync(SiloAddress to, LinkBatch batch) => _paths.ForwardAsync(to, batch);

    public Task<T> RunAsync<T>(DetouredCall<T> call) => _detour.RunForOtherAsync(call);
}
