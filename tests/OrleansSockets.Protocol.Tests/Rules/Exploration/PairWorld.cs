using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules.Exploration;

/// <summary>What moves the model.</summary>
internal enum Move : byte
{
    Accept, AcceptHalfOpen, Hibernate, Couple, Release, Claim, Send, Close, Fault, SocketDrop,
    Attach, Detach, Relay, Report, Dispatch, DispatchAndThrow, DispatchAndThrowReported, EndDropHandler, ThrowInDropHandler,
    ThrowReportedInDropHandler,
    HostDies, ClaimTimeout, ReattachTimeout,
}

/// <summary>
/// Two ends, two queues each way (before and behind the pair), and the pair machine between them. It performs effects the way hosts do, and
/// checks on every step what must hold on each.
/// </summary>
internal readonly record struct PairWorld(EndWorld Client, EndWorld Server, PairState Pair, byte Finishes)
{
    private static readonly EndRules Rules = EndStates.Auto;

    public static PairWorld New(int sends, int detaches) =>
        new(EndWorld.New(sends, detaches), EndWorld.New(sends, detaches), PairState.Initial, 0);

    public PairWorld Mirror() => new(Server, Client, new(Pair.Server, Pair.Client, Pair.FromServer, Pair.FromClient), Finishes);

    public EndWorld End(int side) => side == 0 ? Client : Server;

    /// <summary>Whether a message that this end sends now would be queued.</summary>
    public bool CanSend(int side) => End(side) switch
    {
        { Alive: false } => false,
        { State.Phase: EndPhase.Coupled } end => IsSocketOpen(end) && !end.SentClose,
        var end => EndMachine.Send(end.State).Effect is EndEffect.Queue,
    };

    /// <summary>The world after a move, or null if the move is not possible now.</summary>
    public PairWorld? Apply(Move move, int side)
    {
        var end = End(side);
        var phase = Pair.Side((Side)side);
        return move switch
        {
            Move.ClaimTimeout => phase is SidePhase.Vacant && !Pair.IsFinished ? Tell(PairEventKind.ClaimTimeout, side) : null,
            Move.ReattachTimeout => phase is SidePhase.Detached && !Pair.IsFinished ? Tell(PairEventKind.ReattachTimeout, side) : null,
            _ when !end.Alive => null,
            Move.HostDies => HostDies(side),
            Move.Accept => Listen(side, EndMachine.Accept(end.State, Rules, false)),
            Move.AcceptHalfOpen => Listen(side, EndMachine.Accept(end.State, Rules, true)),
            Move.Hibernate => Listen(side, EndMachine.Hibernate(end.State, peerTaken: false)),
            Move.Couple => Listen(side, EndMachine.Couple(end.State)),
            Move.Release => phase is SidePhase.Vacant && !end.Cut ? Listen(side, EndMachine.Release(end.State)) : null,
            Move.Claim => Claim(side),
            Move.Send => Send(side),
            Move.Close => Close(side),
            Move.Fault => EndSocket(side, Item.Fault),
            Move.SocketDrop => EndSocket(side, Item.Drop),
            Move.Attach => end.State.Phase is EndPhase.Released ? null : Attach(side),
            Move.Detach => phase is SidePhase.Attached && end.DetachesLeft > 0
                ? With(side, end with { DetachesLeft = (byte)(end.DetachesLeft - 1) }).Tell(PairEventKind.Detach, side)
                : null,
            Move.Relay => Relay(side),
            Move.Report => end.Consumed && phase is SidePhase.Attached
                ? With(side, end with { Consumed = false }).Tell(PairEventKind.Consumed, 1 - side)
                : null,
            Move.Dispatch => Dispatch(side, thrown: null),
            Move.DispatchAndThrow => Dispatch(side, Rules),
            Move.DispatchAndThrowReported => Dispatch(side, EndStates.Reported),
            Move.EndDropHandler => end.InDropHandler ? EndDropHandler(side, end) : null,
            Move.ThrowInDropHandler => end.InDropHandler && end.State.Phase is EndPhase.Accepted ? ThrowInDropHandler(side, end) : null,
            Move.ThrowReportedInDropHandler => end.InDropHandler ? ThrowReportedInDropHandler(side, end) : null,
            _ => throw new ArgumentOutOfRangeException(nameof(move), move, null),
        };
    }

    private PairWorld With(int side, EndWorld end) => side == 0 ? this with { Client = end } : this with { Server = end };

    private PairWorld? Listen(int side, EndStep step) =>
        step.Effect is EndEffect.Throw || step.State == End(side).State ? null : With(side, End(side).Enter(step));

    private PairWorld? Claim(int side)
    {
        var end = End(side);
        return end.State.Phase is EndPhase.Released ? With(side, end with { State = EndState.Initial }).Attach(side) : null;
    }

    private PairWorld? Send(int side)
    {
        var end = End(side);
        return end.SendsLeft > 0 && CanSend(side) ? With(side, end.QueueMessage()) : null;
    }

    private PairWorld? Close(int side)
    {
        var end = End(side);
        if (end.State.Phase is EndPhase.Coupled)
        {
            return IsSocketOpen(end) && !end.SentClose ? With(side, end.QueueClose()) : null;
        }

        // Every form of the call does the same to the state; a wrong one does nothing.
        var step = EndMachine.Close(end.State, Rules, null, null);
        Assert.Equal(step, EndMachine.Close(end.State, Rules, 1000, null));
        Assert.Equal(step, EndMachine.Close(end.State, Rules, 4000, "reason"));
        Assert.Equal(end.State, EndMachine.Close(end.State, Rules, 1006, "reason").State);
        Assert.Equal(end.State, EndMachine.Close(end.State, Rules, null, "reason").State);
        return step.Effect is EndEffect.Queue ? With(side, end.Enter(step).QueueClose()) : null;
    }

    /// <summary>The socket that is joined to the end drops, or breaks the protocol before its Close.</summary>
    private PairWorld? EndSocket(int side, Item item)
    {
        var end = End(side);
        if (end.State.Phase is not EndPhase.Coupled || !IsSocketOpen(end) || (item is Item.Fault && end.SentClose))
        {
            return null;
        }

        return With(side, end.Enter(EndMachine.Fail(end.State)).QueueAbort(item));
    }

    private static bool IsSocketOpen(EndWorld end) => !end.State.Failed && !end.State.Aborted;

    private PairWorld? Attach(int side)
    {
        if (Pair.Side((Side)side) is SidePhase.Attached || End(side).Cut)
        {
            return null;
        }

        return Tell(PairEventKind.Attach, side);
    }

    private PairWorld HostDies(int side)
    {
        var known = Pair.Side((Side)side) is SidePhase.Attached or SidePhase.Detached;
        var dead = With(side, EndWorld.Dead);

        // A host that was never there is missed by the claim time-out only.
        return known ? dead.Tell(PairEventKind.HostLost, side) : dead;
    }

    private PairWorld? Relay(int side)
    {
        var end = End(side);
        var wasOpen = Pair.From((Side)side).Phase is StreamPhase.Open;
        if (
            end.Outbox.IsEmpty || end.Cut || Pair.Side((Side)side) is not SidePhase.Attached
                || (wasOpen && Pair.Side((Side)(1 - side)) is not SidePhase.Attached))
        {
            return null;
        }

        var item = end.Outbox.Head;
        var popped = With(side, end with { Outbox = end.Outbox.Tail });
        return item switch
        {
            Item.Message => popped.Forward(side, item, wasOpen),
            Item.Close => popped.Forward(side, item, wasOpen).Tell(PairEventKind.CloseSent, side),
            _ => popped.Forward(side, item, wasOpen).Tell(PairEventKind.AbortSent, side),
        };
    }

    private PairWorld Forward(int side, Item item, bool wasOpen)
    {
        var peer = End(1 - side);
        Assert.False(wasOpen && peer.Inbox.Contains(Item.Close), "Something passes behind a Close.");
        return wasOpen ? With(1 - side, peer with { Inbox = peer.Inbox.Add(item) }) : this;
    }

    // With an exception, that of an end with such rules: each may have its own.
    private PairWorld? Dispatch(int side, EndRules? thrown)
    {
        var end = End(side);
        if (end.Inbox.IsEmpty || end.InDropHandler)
        {
            return null;
        }

        var step = end.Inbox.Head switch
        {
            Item.Message => EndMachine.ReceiveMessage(end.State),
            Item.Close => EndMachine.ReceiveClose(end.State),
            Item.Drop => EndMachine.ReceiveDrop(end.State),
            _ => EndMachine.Fail(end.State),
        };
        if (step.Effect is EndEffect.None || (thrown is not null && !MayThrow(end, step)))
        {
            return null;
        }

        var item = end.Inbox.Head;
        var next = end.Enter(step) with { Inbox = end.Inbox.Tail, Consumed = end.Consumed || item is not Item.Message };
        return With(side, step.Effect is EndEffect.Discard ? next : Raise(next, item, step.Effect, thrown));
    }

    // A drop's handler throws later (ThrowInDropHandler); what an error handler throws changes nothing.
    private static bool MayThrow(EndWorld end, EndStep step) =>
        end.State.Phase is EndPhase.Accepted && end.Inbox.Head is Item.Message or Item.Close && step.Effect is not EndEffect.Discard;

    private static EndWorld Raise(EndWorld end, Item item, EndEffect effect, EndRules? thrown)
    {
        Assert.Equal(0, end.CloseEvents);
        Assert.Equal(0, end.ErrorEvents);
        var next = effect is EndEffect.ReplyThenDeliver ? end.QueueClose() : end;
        next = item switch
        {
            Item.Close => next with { CloseEvents = 1 },
            Item.Drop => next with { CloseEvents = 1, InDropHandler = next.State.Phase is EndPhase.Accepted },
            Item.Fault => next with { ErrorEvents = 1 },
            _ => next,
        };
        return thrown is { } rules ? Throw(next, rules, item is Item.Close ? EndEvent.Close : EndEvent.Message) : next;
    }

    private static EndWorld Throw(EndWorld end, EndRules rules, EndEvent raised)
    {
        var step = EndMachine.Throw(end.State, rules, raised);
        if (rules.ReportListenerExceptions && raised is EndEvent.Close)
        {
            // Nothing has happened: the end may still reply, or be replied to.
            Assert.Equal(new EndStep(end.State, EndEffect.None), step);
            return end;
        }

        Assert.Equal(EndEffect.Deliver, step.Effect);
        Assert.Equal(0, end.ErrorEvents);
        return end.Enter(step).Enter(EndMachine.AfterFailure(step.State)).QueueAbort(Item.Drop) with { ErrorEvents = 1 };
    }

    private PairWorld ThrowInDropHandler(int side, EndWorld end)
    {
        Assert.Equal(EndMachine.Throw(end.State, Rules, EndEvent.Close), new EndStep(end.State, EndEffect.Discard));
        return With(side, end with { InDropHandler = false });
    }

    private PairWorld ThrowReportedInDropHandler(int side, EndWorld end)
    {
        Assert.Equal(EndMachine.Throw(end.State, EndStates.Reported, EndEvent.Close), new EndStep(end.State, EndEffect.None));
        return EndDropHandler(side, end);
    }

    private PairWorld EndDropHandler(int side, EndWorld end) =>
        With(side, end.Enter(EndMachine.AfterDrop(end.State)) with { InDropHandler = false });

    /// <summary>Tells the pair, and performs its effects.</summary>
    private PairWorld Tell(PairEventKind kind, int side)
    {
        var step = PairMachine.Apply(Pair, new(kind, (Side)side));
        var next = this with { Pair = step.State };
        if (step.Effects.HasFlag(PairEffects.Reject))
        {
            return next.Notify(side, cut: true);
        }

        next = step.Effects.HasFlag(PairEffects.NotifyLostToClient) ? next.Notify(0, cut: false) : next;
        next = step.Effects.HasFlag(PairEffects.NotifyLostToServer) ? next.Notify(1, cut: false) : next;
        return step.Effects.HasFlag(PairEffects.Finish) ? next.Finish(attachedBefore: Pair) : next;
    }

    private PairWorld Notify(int side, bool cut)
    {
        var end = End(side);
        return end.Alive ? With(side, end with { Inbox = end.Inbox.Add(Item.Drop), Cut = end.Cut || cut }) : this;
    }

    private PairWorld Finish(PairState attachedBefore)
    {
        Assert.Equal(0, Finishes);
        var next = this with { Finishes = 1 };
        for (var side = 0; side < 2; side++)
        {
            // A host that is away at this moment learns it when it wants to attach again.
            if (attachedBefore.Side((Side)side) is SidePhase.Attached)
            {
                next = next.With(side, next.End(side) with { Cut = true });
            }
        }

        return next;
    }
}
