using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.Diagnostics;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>All links of this silo: one to each other silo that shares a pair with it, and what arrives from them.</summary>
internal sealed partial class SiloLinks(
    ILocalSiloDetails silo,
    ISiloStatusOracle membership,
    SiloPaths paths,
    SiloDetour detour,
    IOptions<OrleansSocketsOptions> options,
    TimeProvider clock,
    PairMetrics metrics,
    ILogger<SiloLinks> logger)
{
    private readonly ConcurrentDictionary<SiloAddress, SiloLink> _links = new();
    private readonly ConcurrentDictionary<SiloAddress, LinkInbox> _inboxes = new();
    private volatile bool _severed;

    /// <summary>The wire versions that this silo speaks.</summary>
    public WireRange Spoken => options.Value.Wire;

    /// <summary>Set once by the hub, which also sends through the links.</summary>
    public ILinkReceiver? Receiver { get; set; }

    /// <summary>The silos that there is a link to.</summary>
    public IEnumerable<SiloAddress> Targets => _links.Keys;

    public bool IsIdle => _links.Values.All(link => link.IsIdle);

    /// <summary>From now on nothing leaves this silo and nothing arrives, as if its machine were gone.</summary>
    public void Sever()
    {
        _severed = true;
        foreach (var silo in _links.Keys)
        {
            Remove(silo);
        }
    }

    public void Send(SiloAddress to, in LinkFrame frame) => Link(to)?.Send(frame);

    /// <summary>Sends all that is ready for a silo.</summary>
    public void Send<TFrames>(SiloAddress to, ref TFrames frames)
        where TFrames : struct, ILinkFrames
    {
        if (Link(to) is { } link)
        {
            link.Send(ref frames);
            return;
        }

        while (frames.TryNext(out _))
        {
            // Nobody misses it: its sender loses that silo, or is severed from it.
        }
    }

    private SiloLink? Link(SiloAddress to)
    {
        if (_severed)
        {
            return null;
        }

        if (!_links.TryGetValue(to, out var link))
        {
            link = _links.GetOrAdd(to, Create);
            if (membership.IsDeadSilo(to))
            {
                // Its death was told before, and will not be again.
                Remove(to);
                return null;
            }
        }

        return link;
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

        var inbox = _inboxes.GetOrAdd(batch.From, _ => new LinkInbox(Deliver));
        inbox.Receive(batch);
        if (membership.IsDeadSilo(batch.From))
        {
            _inboxes.TryRemove(batch.From, out _);
        }
    }

    /// <summary>Hands over the frames of a batch. One pair's trouble does not cost the others theirs.</summary>
    public void Deliver(LinkBatch batch)
    {
        var from = batch.From;
        var reader = new LinkBatchReader(batch.Frames.Span, batch.Version);
        while (true)
        {
            switch (reader.Read(out var frame))
            {
                case LinkReadResult.Frame:
                    Deliver(from, frame);
                    break;
                case LinkReadResult.Unknown:
                    metrics.FrameSkipped("unknown");
                    break;
                case LinkReadResult.Unreadable:
                    LogUnreadable(logger, frame.Kind, frame.Pair, from);
                    metrics.FrameSkipped("unreadable");
                    Break(from, frame.Pair, "a frame of it could not be read");
                    break;
                case LinkReadResult.Cut:
                    metrics.FrameSkipped("cut");
                    Lose(from, $"what its node {from.Endpoint} sent could not be read");
                    return;
                default:
                    return;
            }
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

    private SiloLink Create(SiloAddress to) => new(
        to,
        silo.SiloAddress,
        new ServiceTransport(to, paths, detour),
        Spoken,
        options.Value.ReattachTimeout,
        why => Lose(to, why),
        membership.IsDeadSilo,
        clock,
        metrics,
        logger);

    private void Deliver(SiloAddress from, in LinkFrame frame)
    {
        try
        {
            Receiver?.Receive(from, frame);
        }
        catch (Exception e)
        {
            LogFrameFailed(logger, e, frame.Kind, frame.Pair, from);
            metrics.FrameSkipped("failed");
            Break(from, frame.Pair, "a frame of it could not be taken");
        }
    }

    private void Break(SiloAddress from, PairId pair, string why)
    {
        try
        {
            Receiver?.Break(from, pair, why);
        }
        catch (Exception e)
        {
            LogNotBroken(logger, e, pair);
        }
    }

    private void Lose(SiloAddress other, string why)
    {
        LogLost(logger, other, why);
        Receiver?.Lose(other, why);
    }

    [LoggerMessage(202, LogLevel.Error, "A {Kind} frame for pair {Pair} from silo {Silo} failed")]
    private static partial void LogFrameFailed(ILogger logger, Exception exception, LinkFrameKind kind, PairId pair, SiloAddress silo);

    [LoggerMessage(209, LogLevel.Error, "A frame of kind {Kind} for pair {Pair} from silo {Silo} could not be read; the pair ends")]
    private static partial void LogUnreadable(ILogger logger, LinkFrameKind kind, PairId pair, SiloAddress silo);

    [LoggerMessage(210, LogLevel.Error, "The pairs with ends on silo {Silo} end: {Why}")]
    private static partial void LogLost(ILogger logger, SiloAddress silo, string why);

    [LoggerMessage(211, LogLevel.Error, "Pair {Pair} could not be ended")]
    private static partial void LogNotBroken(ILogger logger, Exception exception, PairId pair);
}
