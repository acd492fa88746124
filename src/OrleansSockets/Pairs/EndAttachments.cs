using Microsoft.Extensions.Logging;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// How the ends of this silo stay attached to their pair grain: again when its activation goes, and all ends of a pair to the same
/// activation when there are two.
/// </summary>
internal sealed partial class EndAttachments(PairHub hub, TimeProvider pace, ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnpairedRetry = TimeSpan.FromSeconds(1);

    public AttachReply AttachHere(AttachRequest request)
    {
        if (hub.Find(request.Pair) is { } pair)
        {
            lock (pair.Gate)
            {
                if (pair.Relay is { } relay)
                {
                    return relay.Attach(request, moves: false);
                }
            }
        }

        return AttachReply.Failed(AttachOutcome.NotHere);
    }

    /// <summary>The activation says goodbye to its ends. Called under the pair's lock.</summary>
    public void OwnerLeaves(Pair pair, int side, PairEpoch epoch)
    {
        if (pair[side] is { } end)
        {
            end.LeftActivation = epoch.Activation;
            if (end.Epoch.Activation == epoch.Activation)
            {
                Reattach(pair, side, end.Epoch);
            }
        }
    }

    /// <summary>
    /// The node of the end's activation is dead. If the peer lived there, too, no activation will find it again. Called under the pair's
    /// lock.
    /// </summary>
    public void OwnerLost(Pair pair, End end, SiloAddress owner, string why, PairCause cause)
    {
        if (owner.Equals(end.PeerHost))
        {
            pair.Timeline.Add(1 - end.Side, why, cause: cause);
            pair.PeerLost(end);
        }
        else
        {
            Reattach(pair, end.Side, end.Epoch);
        }
    }

    /// <summary>The end's activation is gone: find the next one. Called under the pair's lock.</summary>
    public void Reattach(Pair pair, int side, PairEpoch epoch, SiloAddress? owner = null)
    {
        if (pair[side] is not { } end || end.Route != EndRoute.Attached || end.Epoch != epoch || end.IsDone)
        {
            return;
        }

        end.Route = EndRoute.Attaching;
        end.Out.ReceiverDetached();
        hub.Metrics.Reattached();
        var timeout = hub.Options.ReattachTimeout;
        var limit = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan, hub.Clock);
        _ = Task.Run(() => ReattachAsync(end, owner, limit));
    }

    /// <summary>The peer's end is attached to another activation than ours: the higher epoch stays. Called under the pair's lock.</summary>
    public void CompareEpoch(Pair pair, SiloAddress from, in LinkFrame frame)
    {
        if (pair[frame.Side] is not { Route: EndRoute.Attached } end || frame.Epoch == end.Epoch)
        {
            return;
        }

        if (frame.Epoch > end.Epoch)
        {
            Reattach(pair, frame.Side, end.Epoch, frame.Owner);
        }
        else
        {
            hub.Links.Send(from, LinkFrame.OfEpoch(pair.Id, 1 - frame.Side, end.Epoch, end.Owner!));
        }
    }

    /// <summary>
    /// A relay asks for an end that an earlier activation had: it comes, or has consumed all there is and says so again. Called under the
    /// pair's lock, if the pair is here.
    /// </summary>
    public void Answer(PairId id, Pair? pair, int side, PairEpoch epoch, SiloAddress relay)
    {
        if (pair?[side] is { IsDone: false } end)
        {
            if (epoch > end.Epoch)
            {
                Reattach(pair, side, end.Epoch, relay);
            }
        }
        else if (pair?[side] is not null || hub.HasFinished(id, side))
        {
            if (relay.Equals(hub.Silo))
            {
                pair?.Relay?.Credit(side, long.MaxValue, PairBudget.MinWindow, finished: true);
            }
            else
            {
                hub.Links.Send(relay, LinkFrame.OfCredit(id, side, toOwner: true, long.MaxValue, PairBudget.MinWindow, finished: true));
            }
        }
    }

    /// <summary>The end attached to a newer activation than the one on <paramref name="old"/>.</summary>
    public void LeaveOwner(End end, SiloAddress old, PairEpoch newer)
    {
        if (old.Equals(hub.Silo))
        {
            end.Pair.Relay?.Detach(end.Side, newer);
        }
        else
        {
            hub.Links.Send(old, LinkFrame.OfControl(LinkFrameKind.Detach, end.Pair.Id, end.Side, newer, toOwner: true));
        }
    }

    /// <summary>The pair grain has answered. Called under the pair's lock.</summary>
    public void ApplyReply(End end, AttachReply reply)
    {
        if (reply.Epoch < end.Epoch)
        {
            // A view of a newer activation overtook this reply.
            return;
        }

        var pair = end.Pair;
        var knownPeer = end.PeerHost;
        pair.Attach(end, reply.Epoch, reply.Owner!);
        pair.Timeline.Add(end.Side, $"attached to {reply.Owner}, epoch {reply.Epoch.Counter}");
        pair.ApplyView(end.Side, reply.Epoch, reply.Owner!, reply.Peer!.Value);
        if (knownPeer is not null && !knownPeer.Equals(hub.Silo))
        {
            hub.Links.Send(knownPeer, LinkFrame.OfEpoch(pair.Id, 1 - end.Side, reply.Epoch, reply.Owner!));
        }

        if (end.LeftActivation == reply.Epoch.Activation)
        {
            // The activation has left while its answer was under way.
            Reattach(pair, end.Side, end.Epoch);
        }
        else if (knownPeer is not null && reply.Peer.Value is { Host: null, Lost: false } view && view.Version == end.PeerVersion)
        {
            // It was paired and is not now: if that lasts, perhaps the two ends are attached to different activations.
            ScheduleLocate(end);
        }
    }

    public Task<AttachReply> CallGrainAsync(PairId id, SiloAddress? placement, AttachRequest request) =>
        hub.Detour.CallAsync(new AttachCall(id, placement, request), late => _ = WithdrawLateAsync(late, request));

    // The request was made again through another silo, and came twice. If the end is no more by now, the pair grain must not take it for a
    // living one.
    private async Task WithdrawLateAsync(Task<AttachReply> late, AttachRequest request)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully && late.Result.Outcome == AttachOutcome.Attached && !IsHere(request))
        {
            await hub.Claims.WithdrawAsync(request).ConfigureAwait(false);
        }
    }

    private bool IsHere(AttachRequest request)
    {
        if (hub.Find(request.Pair) is not { } pair)
        {
            return false;
        }

        lock (pair.Gate)
        {
            return pair[request.Side] is { } end && end.Secret == request.Secret;
        }
    }

    private async Task ReattachAsync(End end, SiloAddress? owner, CancellationTokenSource limit)
    {
        using (limit)
        {
            try
            {
                await ReattachAsync(end, owner, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                LogReattachTimedOut(logger, end.Pair.Id, end.Side, hub.Options.ReattachTimeout);
                LoseEnd(end, $"no pair grain within ReattachTimeout ({hub.Options.ReattachTimeout})");
            }
        }
    }

    private async Task ReattachAsync(End end, SiloAddress? owner, CancellationToken limit)
    {
        var pair = end.Pair;
        for (var delay = FirstRetry; ; delay = delay + delay < LastRetry ? delay + delay : LastRetry)
        {
            AttachRequest request;
            lock (pair.Gate)
            {
                if (pair[end.Side] != end || end.Route != EndRoute.Attaching)
                {
                    return;
                }

                request = end.Request(hub.Silo);
            }

            var attach = TryAttachAsync(request, owner);
            AttachReply? reply;
            try
            {
                reply = await attach.WaitAsync(limit).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The call goes on; if it attaches the end after all, the peer must not take it for a living one.
                _ = hub.Claims.WithdrawAsync(end, attach);
                throw;
            }

            switch (reply?.Outcome)
            {
                case AttachOutcome.Attached when IsCurrent(end, reply):
                    return;
                case AttachOutcome.AlreadyClaimed or AttachOutcome.Gone:
                    LoseEnd(end, $"attach refused: {reply.Outcome}");
                    return;
                default:
                    owner = null;
                    await Task.Delay(delay, pace, limit).ConfigureAwait(false);
                    break;
            }
        }
    }

    private bool IsCurrent(End end, AttachReply reply)
    {
        lock (end.Pair.Gate)
        {
            if (reply.Epoch < end.Epoch)
            {
                return end.Route == EndRoute.Attached;
            }

            ApplyReply(end, reply);
            return true;
        }
    }

    private async Task<AttachReply?> TryAttachAsync(AttachRequest request, SiloAddress? owner)
    {
        try
        {
            return owner switch
            {
                null => await CallGrainAsync(request.Pair, null, request).ConfigureAwait(false),
                _ when owner.Equals(hub.Silo) => AttachHere(request),
                _ => await hub.Detour.CallAsync(new AttachAtCall(owner, request)).ConfigureAwait(false),
            };
        }
        catch (Exception e)
        {
            // Whatever it is, a directory's own exceptions included: ReattachTimeout says how long it may go on.
            LogAttachFailed(logger, e, request.Pair, request.Side);
            return null;
        }
    }

    private void ScheduleLocate(End end)
    {
        var (epoch, version) = (end.Epoch, end.PeerVersion);
        _ = Task.Run(async () =>
        {
            await Task.Delay(UnpairedRetry, pace).ConfigureAwait(false);
            lock (end.Pair.Gate)
            {
                if (end.Epoch == epoch && end.PeerVersion == version)
                {
                    Reattach(end.Pair, end.Side, epoch);
                }
            }
        });
    }

    private static void LoseEnd(End end, string why)
    {
        lock (end.Pair.Gate)
        {
            end.Pair.Timeline.Add(end.Side, why, cause: PairCause.NotAttached);
            end.Route = EndRoute.Lost;
            end.Pair.PeerLost(end);
        }
    }

    [LoggerMessage(101, LogLevel.Information, "End {Side} of pair {Pair} could not attach and tries again")]
    private static partial void LogAttachFailed(ILogger logger, Exception exception, PairId pair, int side);

    [LoggerMessage(102, LogLevel.Warning, "End {Side} of pair {Pair} found no pair grain within {Timeout}; its peer counts as lost")]
    private static partial void LogReattachTimedOut(ILogger logger, PairId pair, int side, TimeSpan timeout);
}
