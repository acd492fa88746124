using System.Diagnostics;
using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Custody;

/// <summary>How an end changes its place: released with a ticket, claimed once, or given up when nobody comes in time.</summary>
internal sealed class EndClaims : IEndCustody
{
    private static readonly ActivitySource Activities = new(OrleansSocketsDiagnostics.ActivitySourceName);

    private readonly PairHub _hub;
    private readonly EndRecovery _recovery;
    private readonly PairGrainCalls _calls;

    public EndClaims(PairHub hub, EndRecovery recovery, PairGrainCalls calls)
    {
        _hub = hub;
        _recovery = recovery;
        _calls = calls;
        hub.Host.Custody = this;
    }

    private TimeSpan ClaimTimeout => _hub.Host.Options.ClaimTimeout;

    /// <summary>Makes the released end here. <paramref name="start"/> runs under the pair's lock, before anything can arrive.</summary>
    /// <exception cref="WebSocketPairException">The end was claimed already, or its time is over.</exception>
    public async Task<End> ClaimAsync(EndTicket ticket, EndSettings settings, Action<End> start, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var activity = Activities.StartActivity(OrleansSocketsDiagnostics.ClaimActivity);
        activity?.SetTag("pair", ticket.Pair.ToString());
        var (pair, end, request) = Begin(ticket, settings, start);
        AttachReply reply;
        var call = Task.Run(() => _calls.ClaimAsync(ticket.Placement, request), CancellationToken.None);
        try
        {
            reply = await call.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Withdraw(pair, end);
            _ = Task.Run(() => _calls.WithdrawAsync(end, call), CancellationToken.None);
            throw;
        }

        if (reply.Outcome != AttachOutcome.Attached)
        {
            Withdraw(pair, end);
            throw reply.Outcome == AttachOutcome.AlreadyClaimed
                ? WebSocketPairException.AlreadyClaimed(ticket)
                : WebSocketPairException.Expired(ticket);
        }

        using (pair.Gate.Enter())
        {
            end.Attach(reply);
            end.StartAcceptTimer();
        }

        return end;
    }

    /// <summary>
    /// <see cref="ClaimAsync(EndTicket, EndSettings, Action{End}, CancellationToken)"/> for a socket. Its consumer is signalled from the
    /// beginning.
    /// </summary>
    public async Task<CoupledEnd> ClaimAsync(
        EndTicket ticket, EndSettings settings, IEndConsumer consumer, bool readsAhead, bool awaitsClient, CancellationToken cancellation)
    {
        CoupledEnd? coupled = null;
        await ClaimAsync(
            ticket,
            settings,
            end => coupled = CoupledEnd.Couple(end, consumer, readsAhead, awaitsClient),
            cancellation).ConfigureAwait(false);
        return coupled!;
    }

    /// <summary>At the silo that constructed the pair: hands a released end over, and attaches the other one.</summary>
    public AdoptReply Adopt(AdoptRequest request)
    {
        var side = (Side)request.Ticket.Side;
        if (_hub.Find(request.Ticket.Pair) is not { } pair)
        {
            return new AdoptReply(AttachOutcome.Gone);
        }

        using (pair.Gate.Enter())
        {
            var outcome = pair.Released(side) is { } released && released.Secret == request.Ticket.Secret
                ? released.Claim(request.Claimer)
                : AttachOutcome.Gone;
            if (outcome != AttachOutcome.Attached)
            {
                return new AdoptReply(outcome);
            }

            pair.Timeline.Add(side, "claimed");
            switch (pair[side.Other()])
            {
                case { Route: EndRoute.Attached, IsDone: false } asked when asked.Epoch.Activation == request.Epoch.Activation:
                    // The first answer may be lost, and the end that it named with it.
                    return new AdoptReply(AttachOutcome.Attached, asked.Request(_hub.Silo));
                case { Route: EndRoute.Local } other:
                    other.JoinRelay(request.Epoch, request.Owner);
                    return new AdoptReply(AttachOutcome.Attached, other.Request(_hub.Silo));
                default:
                    pair.RemoveIfDone();
                    return new AdoptReply(AttachOutcome.Attached);
            }
        }
    }

    EndTicket IEndCustody.Release(End end)
    {
        var pair = (Pair)end.Pair;
        var released = pair.Release(end.Side, _hub.Host.Clock.GetUtcNow() + ClaimTimeout);
        _hub.Register(pair);
        pair.Timeline.Add(end.Side, "released");
        if (ClaimTimeout > TimeSpan.Zero)
        {
            released.Timer = pair.StartTimer("an end's ClaimTimeout", ClaimTimeout, () => ClaimTimedOut(pair, end.Side, end.Secret));
        }

        return new EndTicket(
            pair.Id, (int)end.Side, released.Secret, released.Deadline, _hub.Silo, pair.Placement ?? _hub.Silo);
    }

    void IEndCustody.Reattach(End end, SiloAddress? owner) => _recovery.Reattach(end, owner);

    void IEndCustody.LocateLater(End end) => _recovery.LocateLater(end);

    void IEndCustody.Abandon(End end) => _ = Task.Run(() => _calls.WithdrawAsync(end, Task.CompletedTask));

    private (Pair Pair, End End, AttachRequest Request) Begin(EndTicket ticket, EndSettings settings, Action<End> start)
    {
        var side = (Side)ticket.Side;
        using (_hub.Enter(ticket.Pair, out var pair))
        {
            if (pair[side] is not null)
            {
                throw WebSocketPairException.AlreadyClaimed(ticket);
            }

            if (ticket.Home is null && pair.Released(side) is not null)
            {
                // Without a home nobody asks for the secret. This silo is the home, so no ticket of its own says so.
                throw WebSocketPairException.Expired(ticket);
            }

            var end = pair.AddEnd(side, settings);
            end.BeginAttach();
            start(end);
            return (pair, end, end.Request(_hub.Silo, ticket));
        }
    }

    private static void Withdraw(Pair pair, End end)
    {
        using (pair.Gate.Enter())
        {
            end.Discard();
            pair.RemoveEnd(end.Side);
            pair.RemoveIfDone();
        }
    }

    private void ClaimTimedOut(Pair pair, Side side, Guid secret)
    {
        using (pair.Gate.Enter())
        {
            if (pair.Released(side) is not { } released || !released.Expire())
            {
                return;
            }

            pair.Timeline.Add(side, $"not claimed within ClaimTimeout ({ClaimTimeout})", cause: PairCause.NotClaimed);
            if (pair[side.Other()] is { Route: EndRoute.Local } other)
            {
                other.LosePeer();
                return;
            }
        }

        // The other end lives elsewhere, if at all: its pair grain tells it.
        _ = Task.Run(() => GiveUpAsync(pair, side, secret));
    }

    private async Task GiveUpAsync(Pair pair, Side side, Guid secret)
    {
        await _calls.GiveUpAsync(pair.Id, side, secret).ConfigureAwait(false);
        using (pair.Gate.Enter())
        {
            pair.RemoveIfDone();
        }
    }
}
