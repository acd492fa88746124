using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;

namespace OrleansSockets.Links;

/// <summary>All links of this silo: one to each other silo that shares a pair with it, and what arrives from them.</summary>
internal sealed partial class SiloLinks(
    ILocalSiloDetails silo, ISiloStatusOracle membership, SiloPaths paths, TimeProvider clock, PairMetrics metrics, ILogger<SiloLinks> logger)
{
    private readonly ConcurrentDictionary<SiloAddress, SiloLink> _links = new();
    private readonly ConcurrentDictionary<SiloAddress, LinkInbox> _inboxes = new();
    private volatile bool _severed;

    /// <summary>Set once by the hub, which also sends through the links.</summary>
    public Action<SiloAddress, LinkFrame> Received { get; set; } = (_, _) => { };

    /// <summary>The silos that there is a link to.</summary>
    public IEnumerable<SiloAddress> Targets => _links.Keys;

    public bool IsIdle => _links.Values.All(link => link.IsIdle);

    public ILinkService Service(SiloAddress to) => paths.Service(to);

    /// <summary>From now on nothing leaves this silo and nothing arrives, as if its machine were gone.</summary>
    public void Sever()
    {
        _severed = true;
        foreach (var silo in _links.Keys)
        {
            Remove(silo);
        }
    }

    public void Send(SiloAddress to, in LinkFrame frame)
    {
        if (_severed)
        {
            return;
        }

        if (!_links.TryGetValue(to, out var link))
        {
            link = _links.GetOrAdd(
                to, address => new SiloLink(address, silo.SiloAddress, batch => paths.DeliverAsync(address, batch), membership.IsDeadSilo, clock, metrics, logger));
            if (membership.IsDeadSilo(to))
            {
                // Its death was told before, and will not be again.
                Remove(to);
                return;
            }
        }

        link.Send(frame);
    }

    public void Receive(LinkBatch batch)
    {
        if (_severed)
        {
            return;
        }

        if (membership.IsDeadSilo(batch.From))
        {
            // Its last words, after its inbox went: out of order, they would wait for ever.
            return;
        }

        var inbox = _inboxes.GetOrAdd(batch.From, from => new LinkInbox(frames => Deliver(from, frames.Span)));
        inbox.Receive(batch);
        if (membership.IsDeadSilo(batch.From))
        {
            _inboxes.TryRemove(batch.From, out _);
        }
    }

    public void Remove(SiloAddress dead)
    {
        if (_links.TryRemove(dead, out var link))
        {
            link.Stop();
        }

        _inboxes.TryRemove(dead, out _);
        paths.Remove(dead);
    }

    private void Deliver(SiloAddress from, ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var frame = LinkFrameCodec.Read(ref frames);
            try
            {
                Received(from, frame);
            }
            catch (Exception e)
            {
                // One pair's trouble must not cost the others of the batch their frames.
                LogFrameFailed(logger, e, frame.Kind, frame.Pair, from);
            }
        }
    }

    [LoggerMessage(202, LogLevel.Error, "A {Kind} frame for pair {Pair} from silo {Silo} failed")]
    private static partial void LogFrameFailed(ILogger logger, Exception exception, LinkFrameKind kind, PairId pair, SiloAddress silo);
}
