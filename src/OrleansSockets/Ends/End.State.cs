using System.Text;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <content>The close state: every change of it, and what goes out with it.</content>
internal sealed partial class End
{
    private ITimer? _acceptTimer;

    public EndState State { get; private set; } = EndState.Initial;

    /// <inheritdoc cref="EndMachine.ReceiveMessage"/>
    public bool HearsMessages => EndMachine.ReceiveMessage(State).Effect == EndEffect.Deliver;

    private bool MayClose =>
        State is { Out: false, Aborted: false, Failed: false, Phase: EndPhase.Accepted or EndPhase.Hibernatable };

    /// <inheritdoc cref="EndMachine.Accept"/>
    public EndStep Accept(bool? allowHalfOpen)
    {
        var step = Settle(EndMachine.Accept(State, Settings.Rules, allowHalfOpen));
        if (step.Effect == EndEffect.Deliver)
        {
            _acceptTimer?.Dispose();
            Pair.Timeline.Add(Side, step.State.HalfOpen ? "accepted, half-open" : "accepted");
        }

        return step;
    }

    /// <inheritdoc cref="EndMachine.Hibernate"/>
    public EndStep Hibernate(bool isOutbound)
    {
        // Of a pair that was made here. Of a claimed end's peer nobody here has a say, and an outbound end's is the socket.
        var peerTaken = !_isClaimed && !isOutbound && Pair[Side.Other()] is not { State.Phase: EndPhase.Pending };
        var step = Settle(EndMachine.Hibernate(State, peerTaken));
        if (step.Effect == EndEffect.Deliver)
        {
            _acceptTimer?.Dispose();
            Pair.Timeline.Add(Side, "accepted, hibernatable");
        }

        return step;
    }

    /// <inheritdoc cref="EndMachine.Release"/>
    public EndStep Release()
    {
        var step = Settle(EndMachine.Release(State));
        if (step.Effect != EndEffect.Throw)
        {
            _acceptTimer?.Dispose();
        }

        return step;
    }

    /// <inheritdoc cref="EndMachine.Couple"/>
    public EndStep Couple(IEndConsumer consumer)
    {
        var step = Settle(EndMachine.Couple(State));
        if (step.Effect != EndEffect.Throw)
        {
            RoomLimit = PairFrame.MaxChunk;
            Consume(consumer);
        }

        return step;
    }

    /// <summary>Nobody may accept it for longer than AcceptTimeout: then it is gone.</summary>
    public void StartAcceptTimer()
    {
        var limit = _host.Options.AcceptTimeout;
        if (State.Phase == EndPhase.Pending && limit > TimeSpan.Zero)
        {
            _acceptTimer = Pair.StartTimer("an end's AcceptTimeout", limit, () => AcceptTimedOut(limit));
        }
    }

    /// <inheritdoc cref="EndMachine.Close"/>
    public EndStep Close(int? code, string? reason)
    {
        var step = Settle(EndMachine.Close(State, Settings.Rules, code, reason));
        if (step.Effect == EndEffect.Queue)
        {
            Send(PairFrame.Close(code, reason is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(reason)));
        }

        return step;
    }

    /// <summary>
    /// Closes whatever the end's own settings say about codes and reasons: its host is going away, or the Close is another end's. False: it
    /// is closed already, or was never accepted.
    /// </summary>
    public bool ForceClose(int? code, string reason)
    {
        if (!MayClose)
        {
            return false;
        }

        CloseCoupled(code, reason);
        return true;
    }

    /// <summary>
    /// An administrator closes the end of a socket. Each end's Close reaches the other one; the client's own answer comes too late to
    /// count.
    /// </summary>
    public void CloseCoupled(int? code, string reason)
    {
        State = State with { Out = true };
        Send(PairFrame.Close(code, Encoding.UTF8.GetBytes(reason)));
    }

    /// <summary>The end waits for a socket that is being opened.</summary>
    public void BeginConnecting() => State = EndState.Connecting;

    /// <inheritdoc cref="EndMachine.Open"/>
    public void EndConnecting() => Settle(EndMachine.Open(State));

    /// <summary>The socket could not be opened: the end is closed, and what was meant for it is dropped.</summary>
    public void FailConnecting()
    {
        Settle(EndMachine.Fail(State));
        Leave();
    }

    /// <summary>Ends this end without an event: what was sent goes out, its peer is not waited for.</summary>
    public void Abort()
    {
        State = State with { Aborted = true };
        Leave();
    }

    /// <summary>Without a Close: nothing more is sent or read.</summary>
    public void Leave()
    {
        Send(PairFrame.Drop());
        StopReading();
    }

    /// <inheritdoc cref="EndMachine.ReceiveClose"/>
    public EndStep ReceiveClose(in ReceivedItem item)
    {
        var step = Settle(EndMachine.ReceiveClose(State));
        if (step.Effect == EndEffect.ReplyThenDeliver)
        {
            Pair.Timeline.Add(Side, "answers the Close by itself");
            Send(PairFrame.Close(item.Code == PairFrame.NoCode ? null : item.Code, item.Payload));
        }

        return step;
    }

    /// <inheritdoc cref="EndMachine.ReceiveDrop"/>
    public EndStep ReceiveDrop()
    {
        var step = Settle(EndMachine.ReceiveDrop(State));

        // A client that only ended its input waits for what was said until now, and for no more.
        EndOutput();
        return step;
    }

    /// <summary>The peer's client broke the protocol.</summary>
    public EndStep ReceiveViolation(WebSocketPairErrorKind kind)
    {
        var step = Settle(EndMachine.Fail(State));
        if (step.Effect == EndEffect.Deliver)
        {
            Pair.Timeline.Add(Side, $"failed: {kind}", cause: PairCause.Failed);
            Leave();
        }

        return step;
    }

    /// <summary>
    /// A listener threw. If the end fails, reading ends at once. What the error handlers send goes out; when they have run, the peer sees a
    /// drop.
    /// </summary>
    public EndStep ListenerThrew(EndEvent raised)
    {
        var step = Settle(EndMachine.Throw(State, Settings.Rules, raised));
        if (step.Effect == EndEffect.Deliver)
        {
            Pair.Timeline.Add(Side, "failed: a listener threw", cause: PairCause.Failed);
        }
        else
        {
            Pair.Timeline.Add(Side, "a listener threw, which changes nothing");
        }

        return step;
    }

    /// <summary>All handlers of an item have run.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isInVain">A close handler of a drop that threw has changed nothing (E-63).</param>
    public void AfterEvent(in ReceivedItem item, bool isInVain)
    {
        if (State is { Failed: true, Aborted: false })
        {
            Settle(EndMachine.AfterFailure(State));
            Leave();
        }
        else if (item.Kind == PairFrameKind.Close && PeerGone.IsTrue)
        {
            Settle(EndMachine.ReceiveDrop(State));
        }
        else if (item.IsDrop && !isInVain)
        {
            Settle(EndMachine.AfterDrop(State));
        }

        Consumed(item);
        if (State.Failed || (item.IsTerminal && !isInVain))
        {
            Settle(EndMachine.AfterLastEvent(State));
        }
    }

    /// <summary>This library has failed at the end.</summary>
    public void Fail(string what)
    {
        Settle(EndMachine.Fail(State));
        Pair.Timeline.Add(Side, what, cause: PairCause.Failed);
    }

    private EndStep Settle(EndStep step)
    {
        State = step.State;
        return step;
    }

    private void AcceptTimedOut(TimeSpan limit)
    {
        using (Pair.Gate.Enter())
        {
            if (State.Phase == EndPhase.Pending)
            {
                Pair.Timeline.Add(Side, $"not accepted within AcceptTimeout ({limit})", cause: PairCause.NotAccepted);
                Leave();
            }
        }
    }
}
