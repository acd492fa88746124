namespace OrleansSockets.Rules;

/// <summary>
/// The rules of a pair as its grain sees it: streams, not events of handlers. Pure and total: every state and event has a row in
/// PROTOCOL.md (P-…). A finished pair absorbs everything, so an event that was under way while it finished does no harm.
/// </summary>
internal static class PairMachine
{
    /// <summary>Applies one event.</summary>
    /// <param name="state">The pair.</param>
    /// <param name="e">What happened.</param>
    public static PairStep Apply(PairState state, PairEvent e)
    {
        var side = e.Side;
        var phase = state.Side(side);
        if (state.IsFinished)
        {
            return new(state, e.Kind is PairEventKind.Attach ? PairEffects.Reject : PairEffects.None);
        }

        var step = e.Kind switch
        {
            PairEventKind.Attach => Attach(state, side),
            PairEventKind.Detach => phase is SidePhase.Attached ? Quiet(state.WithSide(side, SidePhase.Detached)) : Quiet(state),
            PairEventKind.CloseSent => Quiet(EndStream(state, side, StreamPhase.Closed)),
            PairEventKind.AbortSent => Abort(state, side),
            PairEventKind.Consumed => Quiet(Consume(state, side)),
            PairEventKind.HostLost => phase is SidePhase.Lost ? Quiet(state) : Lose(state, side),
            // A timer may fire while the host is on its way in: then it says nothing any more.
            PairEventKind.ClaimTimeout => phase is SidePhase.Vacant ? Lose(state, side) : Quiet(state),
            PairEventKind.ReattachTimeout => phase is SidePhase.Vacant or SidePhase.Detached ? Lose(state, side) : Quiet(state),
            _ => throw new ArgumentOutOfRangeException(nameof(e), e.Kind, "Unknown event of a pair."),
        };

        return step.State.IsFinished ? Finish(step) : step;
    }

    private static PairStep Attach(PairState state, Side side)
    {
        if (state.Side(side) is SidePhase.Lost)
        {
            return new(state, PairEffects.Reject);
        }

        // The peer's host may have died before this end was there, or the notice may have gone down with the link. An end that hears it
        // twice ignores it.
        var attached = state.WithSide(side, SidePhase.Attached);
        return new(attached, IsGone(state, side.Other()) ? NotifyLostTo(side) : PairEffects.None);
    }

    /// <summary>The end of that side is gone, but its host lives and passes the abort on within the stream.</summary>
    private static PairStep Abort(PairState state, Side side)
    {
        var other = side.Other();
        var aborted = Abandon(state, side);

        // Behind a Close nothing passes in the stream; but the peer may still be sending, and has to know that it is in vain.
        var tell = state.From(side).Phase is StreamPhase.Closed && state.From(other) is { Phase: StreamPhase.Open, Finished: false };
        return new(aborted, tell ? NotifyLostNow(state, other) : PairEffects.None);
    }

    private static PairStep Lose(PairState state, Side side)
    {
        var other = side.Other();
        var lost = Abandon(state, side).WithSide(side, SidePhase.Lost);

        // An end that has got that side's Close and sent its own needs to hear nothing more.
        var tell = !state.From(side).Finished || state.From(other).Phase is StreamPhase.Open;
        return new(lost, tell ? NotifyLostNow(state, other) : PairEffects.None);
    }

    /// <summary>Nothing comes from that side any more, and nobody there receives.</summary>
    private static PairState Abandon(PairState state, Side side)
    {
        var other = side.Other();
        var ended = EndStream(EndStream(state, side, StreamPhase.Aborted), other, StreamPhase.Aborted);
        return ended.WithFrom(other, ended.From(other) with { Finished = true });
    }

    private static PairState EndStream(PairState state, Side side, StreamPhase phase) =>
        state.From(side) is { Phase: StreamPhase.Open } open
            ? state.WithFrom(side, open with { Phase = phase })
            : state;

    /// <summary>The receiver may have seen the Close before its sender's report came: it is as good as that report.</summary>
    private static PairState Consume(PairState state, Side side)
    {
        var ended = EndStream(state, side, StreamPhase.Closed);
        return ended.WithFrom(side, ended.From(side) with { Finished = true });
    }

    private static PairStep Finish(PairStep step)
    {
        var left = step.State with { Client = Leave(step.State.Client), Server = Leave(step.State.Server) };
        return new(left, step.Effects | PairEffects.Finish);
    }

    private static SidePhase Leave(SidePhase phase) => phase is SidePhase.Lost ? SidePhase.Lost : SidePhase.Left;

    /// <summary>Whether the end of that side is gone in a way that no stream tells.</summary>
    private static bool IsGone(PairState state, Side side) => state.Side(side) is SidePhase.Lost
        || (state.From(side).Phase is StreamPhase.Closed && state.From(side.Other()) is { Phase: StreamPhase.Aborted, Finished: true });

    private static PairEffects NotifyLostNow(PairState state, Side side) =>
        state.Side(side) is SidePhase.Attached ? NotifyLostTo(side) : PairEffects.None;

    private static PairEffects NotifyLostTo(Side side) =>
        side is Side.Client ? PairEffects.NotifyLostToClient : PairEffects.NotifyLostToServer;

    private static PairStep Quiet(PairState state) => new(state, PairEffects.None);
}
