using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;
using OrleansSockets.Diagnostics;
using OrleansSockets.Links;
using OrleansSockets.Rules;

namespace OrleansSockets.Pairs;

/// <summary>How ends find their pair grain: release, claim, attach, attach again.</summary>
internal sealed partial class PairHub
{
    private static readonly ActivitySource Activities = new(OrleansSocketsDiagnostics.ActivitySourceName);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnpairedRetry = TimeSpan.FromSeconds(1);

    /// <summary>Gives an end away and lists its pair. Called under the pair's lock.</summary>
    public EndTicket Release(End end)
    {
        var pair = end.Pair;
        var released = pair.Release(end.Side, Clock.GetUtcNow() + Options.ClaimTimeout);
        _pairs[pair.Id] = pair;
        pair.Timeline.Add(end.Side, "released");
        if (Options.ClaimTimeout > TimeSpan.Zero)
        {
            released.Timer = Clock.CreateTimer(_ => ClaimTimedOut(pair, end.Side, end.Secret), null, Options.ClaimTimeout, Timeout.InfiniteTimeSpan);
        }

        return new EndTicket(pair.Id, end.Side, released.Secret, released.Deadline, Silo, pair.Placement ?? Silo);
    }

    /// <summary>Makes the released end here. <paramref name="start"/> runs under the pair's lock, before anything can arrive.</summary>
    /// <exception cref="WebSocketPairException">The end was claimed already, or its time is over.</exception>
    public async Task<End> ClaimAsync(EndTicket ticket, EndSettings settings, Action<End> start, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var activity = Activities.StartActivity(OrleansSocketsDiagnostics.ClaimActivity);
        activity?.SetTag("pair", ticket.Pair.ToString());
        var pair = GetOrAdd(ticket.Pair);
        End end;
        AttachRequest request;
        lock (pair.Gate)
        {
            if (pair[ticket.Side] is not null)
            {
                throw WebSocketPairException.AlreadyClaimed(ticket);
            }

            _pairs[pair.Id] = pair;
            end = pair.AddEnd(ticket.Side, settings);
            end.Secret = Guid.NewGuid();
            end.Route = EndRoute.Attaching;
            request = end.Request(Silo, ticket);
            start(end);
        }

        AttachReply reply;
        var call = Task.Run(() => CallGrainAsync(pair.Id, ticket.Placement, request), CancellationToken.None);
        try
        {
            reply = await call.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Withdraw(end);
            _ = Task.Run(() => WithdrawClaimAsync(end, call), CancellationToken.None);
            throw;
        }

        if (reply.Outcome != AttachOutcome.Attached)
        {
            Withdraw(end);
            throw reply.Outcome == AttachOutcome.AlreadyClaimed ? WebSocketPairException.AlreadyClaimed(ticket) : WebSocketPairException.Expired(ticket);
        }

        lock (pair.Gate)
        {
            ApplyReply(end, reply);
            StartAcceptTimer(end);
        }

        return end;
    }

    /// <summary>At the silo that constructed the pair: hands a released end over, and attaches the other one.</summary>
    public AdoptReply Adopt(AdoptRequest request)
    {
        var side = request.Ticket.Side;
        if (Find(request.Ticket.Pair) is not { } pair)
        {
            return new AdoptReply(AttachOutcome.Gone);
        }

        lock (pair.Gate)
        {
            var outcome = pair.Released(side) is { } released && released.Secret == request.Ticket.Secret
                ? released.Claim(request.Claimer)
                : AttachOutcome.Gone;
            if (outcome != AttachOutcome.Attached)
            {
                return new AdoptReply(outcome);
            }

            pair.Timeline.Add(side, "claimed");
            if (pair[1 - side] is not { Route: EndRoute.Local } other)
            {
                RemoveIfDone(pair);
                return new AdoptReply(AttachOutcome.Attached);
            }

            other.Secret = Guid.NewGuid();
            other.Epoch = request.Epoch;
            other.Owner = request.Owner;
            other.Route = EndRoute.Attached;
            StartAcceptTimer(other);
            return new AdoptReply(AttachOutcome.Attached, other.Request(Silo));
        }
    }

    public AttachReply AttachHere(AttachRequest request)
    {
        if (Find(request.Pair) is { } pair)
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

    /// <summary>The end's activation is gone: find the next one. Called under the pair's lock.</summary>
    public void Reattach(Pair pair, int side, PairEpoch epoch, SiloAddress? owner = null)
    {
        if (pair[side] is not { } end || end.Route != EndRoute.Attached || end.Epoch != epoch || end.IsDone)
        {
            return;
        }

        end.Route = EndRoute.Attaching;
        end.Out.ReceiverDetached();
        Metrics.Reattached();
        _ = Task.Run(() => ReattachAsync(end, owner));
    }

    private async Task ReattachAsync(End end, SiloAddress? owner)
    {
        var pair = end.Pair;
        var started = Clock.GetTimestamp();
        var delay = FirstRetry;
        while (true)
        {
            AttachRequest request;
            lock (pair.Gate)
            {
                if (pair[end.Side] != end || end.IsDone || end.Route == EndRoute.Attached)
                {
                    return;
                }

                request = end.Request(Silo);
            }

            if (await TryAttachAsync(request, owner).ConfigureAwait(false) is { } reply)
            {
                if (reply.Outcome == AttachOutcome.Attached)
                {
                    lock (pair.Gate)
                    {
                        ApplyReply(end, reply);
                    }

                    return;
                }

                if (reply.Outcome != AttachOutcome.NotHere)
                {
                    LoseEnd(end, $"attach refused: {reply.Outcome}");
                    return;
                }
            }

            owner = null;
            if (Options.ReattachTimeout > TimeSpan.Zero && Clock.GetElapsedTime(started) > Options.ReattachTimeout)
            {
                LogReattachTimedOut(_logger, pair.Id, end.Side, Options.ReattachTimeout);
                LoseEnd(end, $"no pair grain within ReattachTimeout ({Options.ReattachTimeout})");
                return;
            }

            await Task.Delay(delay, _pace).ConfigureAwait(false);
            delay = delay + delay < LastRetry ? delay + delay : LastRetry;
        }
    }

    private async Task<AttachReply?> TryAttachAsync(AttachRequest request, SiloAddress? owner)
    {
        try
        {
            return owner switch
            {
                null => await CallGrainAsync(request.Pair, null, request).ConfigureAwait(false),
                _ when owner.Equals(Silo) => AttachHere(request),
                _ => await Links.Service(owner).AttachAsync(request).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (IsTransient(e))
        {
            LogAttachFailed(_logger, e, request.Pair, request.Side);
            return null;
        }
    }

    private async Task<AttachReply> CallGrainAsync(PairId id, SiloAddress? placement, AttachRequest request)
    {
        // The hint decides where a new activation goes; an active grain is called where it is.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, placement ?? Silo);
        try
        {
            return await Grains.GetGrain<IPairGrain>(id.Value).AttachAsync(request).ConfigureAwait(false);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    // Called under the pair's lock.
    private void ApplyReply(End end, AttachReply reply)
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
        if (knownPeer is not null && !knownPeer.Equals(Silo))
        {
            Links.Send(knownPeer, LinkFrame.OfEpoch(pair.Id, 1 - end.Side, reply.Epoch, reply.Owner!));
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

    private void ScheduleLocate(End end)
    {
        var (epoch, version) = (end.Epoch, end.PeerVersion);
        _ = Task.Run(async () =>
        {
            await Task.Delay(UnpairedRetry, _pace).ConfigureAwait(false);
            lock (end.Pair.Gate)
            {
                if (end.Epoch == epoch && end.PeerVersion == version)
                {
                    Reattach(end.Pair, end.Side, epoch);
                }
            }
        });
    }

    // The peer's end is attached to another activation than ours: the higher epoch stays.
    private void CompareEpoch(Pair pair, SiloAddress from, in LinkFrame frame)
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
            Links.Send(from, LinkFrame.OfEpoch(pair.Id, 1 - frame.Side, end.Epoch, end.Owner!));
        }
    }

    /// <summary>The end attached to a newer activation than the one on <paramref name="old"/>.</summary>
    public void LeaveOwner(End end, SiloAddress old, PairEpoch newer)
    {
        if (old.Equals(Silo))
        {
            end.Pair.Relay?.Detach(end.Side, newer);
        }
        else
        {
            Links.Send(old, LinkFrame.OfControl(LinkFrameKind.Detach, end.Pair.Id, end.Side, newer, toOwner: true));
        }
    }

    private void Withdraw(End end)
    {
        lock (end.Pair.Gate)
        {
            end.Out.Discard();
            end.In.Discard();
            end.Pair.RemoveEnd(end.Side);
            RemoveIfDone(end.Pair);
        }
    }

    // The claim may have reached the pair grain all the same: its peer must not wait for an end that is no more.
    private async Task WithdrawClaimAsync(End end, Task call)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await Grains.GetGrain<IPairGrain>(end.Pair.Id.Value).WithdrawAsync(end.Side, end.Secret).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransient(e))
        {
            LogAttachFailed(_logger, e, end.Pair.Id, end.Side);
        }
    }

    private static void LoseEnd(End end, string why)
    {
        lock (end.Pair.Gate)
        {
            end.Pair.Timeline.Add(end.Side, why);
            end.Pair.PeerLost(end);
        }
    }

    private void ClaimTimedOut(Pair pair, int side, Guid secret)
    {
        lock (pair.Gate)
        {
            if (pair.Released(side) is not { } released || !released.Expire())
            {
                return;
            }

            pair.Timeline.Add(side, $"not claimed within ClaimTimeout ({Options.ClaimTimeout})");
            if (pair[1 - side] is { Route: EndRoute.Local } other)
            {
                pair.PeerLost(other);
                return;
            }
        }

        // The other end lives elsewhere, if at all: its pair grain tells it.
        _ = Task.Run(() => GiveUpAsync(pair, side, secret));
    }

    private async Task GiveUpAsync(Pair pair, int side, Guid secret)
    {
        try
        {
            await Grains.GetGrain<IPairGrain>(pair.Id.Value).GiveUpAsync(side, secret).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransient(e))
        {
            LogAttachFailed(_logger, e, pair.Id, side);
        }

        lock (pair.Gate)
        {
            RemoveIfDone(pair);
        }
    }

    // Called under the pair's lock.
    private void StartAcceptTimer(End end)
    {
        if (end.State.Phase != EndPhase.Pending || Options.AcceptTimeout <= TimeSpan.Zero)
        {
            return;
        }

        end.AcceptTimer = Clock.CreateTimer(_ => AcceptTimedOut(end), null, Options.AcceptTimeout, Timeout.InfiniteTimeSpan);
    }

    private void AcceptTimedOut(End end)
    {
        lock (end.Pair.Gate)
        {
            if (end.State.Phase == EndPhase.Pending)
            {
                end.Pair.Timeline.Add(end.Side, $"not accepted within AcceptTimeout ({Options.AcceptTimeout})");
                end.Pair.Send(end, PairFrame.Drop());
                end.Pair.StopReading(end);
            }
        }
    }

    [LoggerMessage(101, LogLevel.Information, "End {Side} of pair {Pair} could not attach and tries again")]
    private static partial void LogAttachFailed(ILogger logger, Exception exception, PairId pair, int side);

    [LoggerMessage(102, LogLevel.Warning, "End {Side} of pair {Pair} found no pair grain within {Timeout}; its peer counts as lost")]
    private static partial void LogReattachTimedOut(ILogger logger, PairId pair, int side, TimeSpan timeout);
}
