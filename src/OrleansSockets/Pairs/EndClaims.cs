using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;
using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>How an end changes its place: released with a ticket, claimed once, or given up when nobody comes in time.</summary>
internal sealed partial class EndClaims(PairHub hub, EndAttachments attachments, TimeProvider pace, ILogger logger)
{
    private const int MostAttempts = 30;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NextActivationDelay = TimeSpan.FromMilliseconds(100);
    private static readonly ActivitySource Activities = new(OrleansSocketsDiagnostics.ActivitySourceName);

    /// <summary>Gives an end away and lists its pair. Called under the pair's lock.</summary>
    public EndTicket Release(End end)
    {
        var pair = end.Pair;
        var released = pair.Release(end.Side, hub.Clock.GetUtcNow() + hub.Options.ClaimTimeout);
        hub.Register(pair);
        pair.Timeline.Add(end.Side, "released");
        if (hub.Options.ClaimTimeout > TimeSpan.Zero)
        {
            released.Timer = hub.StartTimer(
                pair, "an end's ClaimTimeout", hub.Options.ClaimTimeout, () => ClaimTimedOut(pair, end.Side, end.Secret));
        }

        return new EndTicket(pair.Id, end.Side, released.Secret, released.Deadline, hub.Silo, pair.Placement ?? hub.Silo);
    }

    /// <summary>Makes the released end here. <paramref name="start"/> runs under the pair's lock, before anything can arrive.</summary>
    /// <exception cref="WebSocketPairException">The end was claimed already, or its time is over.</exception>
    public async Task<End> ClaimAsync(EndTicket ticket, EndSettings settings, Action<End> start, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var activity = Activities.StartActivity(OrleansSocketsDiagnostics.ClaimActivity);
        activity?.SetTag("pair", ticket.Pair.ToString());
        Pair pair;
        End end;
        AttachRequest request;
        using (hub.Enter(ticket.Pair, out pair))
        {
            if (pair[ticket.Side] is not null)
            {
                throw WebSocketPairException.AlreadyClaimed(ticket);
            }

            if (ticket.Home is null && pair.Released(ticket.Side) is not null)
            {
                // Without a home nobody asks for the secret. This silo is the home, so no ticket of its own says so.
                throw WebSocketPairException.Expired(ticket);
            }

            end = pair.AddEnd(ticket.Side, settings);
            end.Secret = Guid.NewGuid();
            end.Route = EndRoute.Attaching;
            start(end);
            request = end.Request(hub.Silo, ticket);
        }

        AttachReply reply;
        var call = Task.Run(() => AttachAsync(pair.Id, ticket.Placement, request), CancellationToken.None);
        try
        {
            reply = await call.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Withdraw(end);
            _ = Task.Run(() => WithdrawAsync(end, call), CancellationToken.None);
            throw;
        }

        if (reply.Outcome != AttachOutcome.Attached)
        {
            Withdraw(end);
            throw reply.Outcome == AttachOutcome.AlreadyClaimed
                ? WebSocketPairException.AlreadyClaimed(ticket)
                : WebSocketPairException.Expired(ticket);
        }

        lock (pair.Gate)
        {
            attachments.ApplyReply(end, reply);
            StartAcceptTimer(end);
        }

        return end;
    }

    /// <summary>At the silo that constructed the pair: hands a released end over, and attaches the other one.</summary>
    public AdoptReply Adopt(AdoptRequest request)
    {
        var side = request.Ticket.Side;
        if (hub.Find(request.Ticket.Pair) is not { } pair)
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
            if (pair[1 - side] is { Route: EndRoute.Attached, IsDone: false } asked && asked.Epoch.Activation == request.Epoch.Activation)
            {
                // The first answer may be lost, and the end that it named with it.
                return new AdoptReply(AttachOutcome.Attached, asked.Request(hub.Silo));
            }

            if (pair[1 - side] is not { Route: EndRoute.Local } other)
            {
                hub.RemoveIfDone(pair);
                return new AdoptReply(AttachOutcome.Attached);
            }

            other.Secret = Guid.NewGuid();
            other.Epoch = request.Epoch;
            other.Owner = request.Owner;
            other.Route = EndRoute.Attached;
            StartAcceptTimer(other);
            return new AdoptReply(AttachOutcome.Attached, other.Request(hub.Silo));
        }
    }

    // An activation that ends while the claim is under way sends it on to the next one.
    private async Task<AttachReply> AttachAsync(PairId id, SiloAddress? placement, AttachRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reply = await attachments.CallGrainAsync(id, placement, request).ConfigureAwait(false);
            if (reply.Outcome != AttachOutcome.NotHere || attempt == MostAttempts)
            {
                return reply;
            }

            await Task.Delay(NextActivationDelay, pace).ConfigureAwait(false);
        }
    }

    // Called under the pair's lock.
    private void StartAcceptTimer(End end)
    {
        if (end.State.Phase != EndPhase.Pending || hub.Options.AcceptTimeout <= TimeSpan.Zero)
        {
            return;
        }

        end.AcceptTimer = hub.StartTimer(end.Pair, "an end's AcceptTimeout", hub.Options.AcceptTimeout, () => AcceptTimedOut(end));
    }

    private void Withdraw(End end)
    {
        lock (end.Pair.Gate)
        {
            end.Out.Discard();
            end.In.Discard();
            end.Pair.RemoveEnd(end.Side);
            hub.RemoveIfDone(end.Pair);
        }
    }

    /// <summary>An end that has met nobody is no more: nothing of its pair stays.</summary>
    public void Abandon(End end) => _ = Task.Run(() => WithdrawAsync(end, Task.CompletedTask));

    // The claim may have reached the pair grain all the same: its peer must not wait for an end that is no more.
    public async Task WithdrawAsync(End end, Task call)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TellAsync(new WithdrawCall(end.Pair.Id, end.Side, end.Secret)).ConfigureAwait(false);
    }

    public Task WithdrawAsync(AttachRequest request) => TellAsync(new WithdrawCall(request.Pair, request.Side, request.Secret));

    // Until the pair grain knows, for else the peer hears nothing. A grain that cannot be reached for so long has lost the peer, too.
    private async Task TellAsync(TellCall call)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            try
            {
                await hub.Detour.CallAsync(call).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (PairHub.IsTransient(e))
            {
                LogNotTold(logger, e, call.Pair, call.Side, attempt);
                await Task.Delay(RetryDelay, pace).ConfigureAwait(false);
            }
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

            pair.Timeline.Add(side, $"not claimed within ClaimTimeout ({hub.Options.ClaimTimeout})", cause: PairCause.NotClaimed);
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
        await TellAsync(new GiveUpCall(pair.Id, side, secret)).ConfigureAwait(false);
        lock (pair.Gate)
        {
            hub.RemoveIfDone(pair);
        }
    }

    private void AcceptTimedOut(End end)
    {
        lock (end.Pair.Gate)
        {
            if (end.State.Phase == EndPhase.Pending)
            {
                end.Pair.Timeline.Add(
                    end.Side, $"not accepted within AcceptTimeout ({hub.Options.AcceptTimeout})", cause: PairCause.NotAccepted);
                end.Pair.Send(end, PairFrame.Drop());
                end.Pair.StopReading(end);
            }
        }
    }

    [LoggerMessage(103, LogLevel.Information,
        "The pair grain of {Pair} could not be told that end {Side} will not come (attempt {Attempt})")]
    private static partial void LogNotTold(ILogger logger, Exception exception, PairId pair, int side, int attempt);
}
