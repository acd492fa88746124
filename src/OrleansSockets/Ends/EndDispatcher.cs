using System.Text;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;

namespace OrleansSockets.Ends;

/// <summary>Turns what arrives for an accepted end into events, in turns of the end's context. An asynchronous handler holds up this end only.</summary>
internal sealed class EndDispatcher(WebSocketEnd owner, End end, WebSocketContext context) : IEndConsumer
{
    private readonly Pair _pair = end.Pair;
    private bool _scheduled;

    public EventListeners Listeners { get; } = new();

    public WebSocketContext Context { get; } = context;

    public WebSocketEnd Owner { get; } = owner;

    /// <summary>What a listener threw.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The end is accepted. Called under the pair's lock.</summary>
    public void Start()
    {
        Context.Retain(Owner);
        _pair.Consume(end, this);
    }

    public void Signal()
    {
        if (!_scheduled)
        {
            _scheduled = true;
            Context.Events.Add(this);
        }
    }

    /// <summary>Called under the pair's lock.</summary>
    public void ReleaseIfFinished()
    {
        if (end.State.IsFinished)
        {
            Context.ReleaseEnd(Owner);
        }
    }

    /// <summary>Raises one event, in a turn of the context. False: there is no more for now.</summary>
    public bool DispatchNext()
    {
        ReceivedItem item;
        lock (_pair.Gate)
        {
            if (end.State.Failed)
            {
                _pair.StopReading(end);
            }

            _pair.ConsumePings(end);
            if (!end.In.TryTake(out item))
            {
                _scheduled = false;

                // A client that is gone after its Close is no event, but it ends the end.
                ReleaseIfFinished();
                return false;
            }
        }

        if (Dispatch(item) is not { } pending)
        {
            return true;
        }

        _ = WaitAsync(item, pending);
        return false;
    }

    private async Task WaitAsync(ReceivedItem item, Task pending)
    {
        Context.Hub.WorkBegan();
        Exception? failure = null;
        try
        {
            await pending.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
        }

        Context.Post(() =>
        {
            if (Conclude(item, failure) is { } more)
            {
                _ = WaitAsync(item, more);
            }
            else if (DispatchNext())
            {
                Context.Events.Add(this);
            }
        });
        Context.Hub.WorkEnded();
    }

    // Null: the event is done. Else it goes on asynchronously.
    private Task? Dispatch(in ReceivedItem item)
    {
        Task? pending = null;
        Exception? failure = null;
        try
        {
            pending = item.Kind switch
            {
                PairFrameKind.Close => DispatchClose(item),
                PairFrameKind.Abort when !item.IsDrop => DispatchViolation(item),
                PairFrameKind.Abort => DispatchDrop(),
                _ => Listeners.Dispatch(new SocketEvent(EventTypes.Message) { Data = new WebSocketMessage(item.Kind == PairFrameKind.Text, item.Payload) }),
            };
        }
        catch (Exception e)
        {
            failure = e;
        }

        return pending ?? Conclude(item, failure);
    }

    // The handlers of the event, or of the error that they raised, have run. Not null: now those of the error do.
    private Task? Conclude(in ReceivedItem item, Exception? failure)
    {
        if (failure is not null && Fail(failure) is { } pending)
        {
            return pending;
        }

        Finish(item, threw: failure is not null);
        return null;
    }

    private void Finish(in ReceivedItem item, bool threw)
    {
        lock (_pair.Gate)
        {
            if (end.State is { Failed: true, Aborted: false })
            {
                end.State = EndMachine.AfterFailure(end.State).State;
                GoneSilently();
            }
            else if (item.Kind == PairFrameKind.Close && end.PeerGone.IsTrue)
            {
                end.State = EndMachine.ReceiveDrop(end.State).State;
            }
            else if (item.IsDrop && !threw)
            {
                end.State = EndMachine.AfterDrop(end.State).State;
            }

            _pair.Consumed(end, item);

            // A close handler of a drop that threw has changed nothing (E-63).
            if (end.State.Failed || (item.IsTerminal && !threw))
            {
                end.State = EndMachine.AfterLastEvent(end.State).State;
                ReleaseIfFinished();
            }
        }
    }

    private Task? DispatchClose(in ReceivedItem item)
    {
        var step = Apply(EndMachine.ReceiveClose, item);
        return step.Effect is EndEffect.Deliver or EndEffect.ReplyThenDeliver
            ? Listeners.Dispatch(new SocketEvent(EventTypes.Close)
            {
                Code = item.Code == PairFrame.NoCode ? CloseCode.NoStatus : item.Code,
                Reason = Encoding.UTF8.GetString(item.Payload.Span),
                WasClean = true,
            })
            : null;
    }

    private Task? DispatchDrop()
    {
        EndStep step;
        lock (_pair.Gate)
        {
            step = Apply(EndMachine.ReceiveDrop, default);

            // A client that only ended its input waits for what was said until now, and for no more.
            _pair.EndOutput(end);
        }

        return step.Effect == EndEffect.Deliver
            ? Listeners.Dispatch(new SocketEvent(EventTypes.Close) { Code = CloseCode.Abnormal, Reason = CloseReason.Disconnected })
            : null;
    }

    private Task? DispatchViolation(in ReceivedItem item)
    {
        var kind = item.Code == CloseCode.MessageTooBig ? WebSocketPairErrorKind.MessageTooLarge : WebSocketPairErrorKind.ProtocolError;
        var text = Encoding.UTF8.GetString(item.Payload.Span);
        lock (_pair.Gate)
        {
            var step = EndMachine.Fail(end.State);
            end.State = step.State;
            if (step.Effect != EndEffect.Deliver)
            {
                return null;
            }

            _pair.Timeline.Add(end.Side, $"failed: {kind}", cause: PairCause.Failed);
            GoneSilently();
        }

        return DispatchError(kind, new WebSocketPairException(kind, $"WebSocket protocol error; the client was closed with {item.Code}: {text}"));
    }

    private EndStep Apply(Func<EndState, EndStep> rule, in ReceivedItem item)
    {
        lock (_pair.Gate)
        {
            var step = rule(end.State);
            end.State = step.State;
            if (step.Effect == EndEffect.ReplyThenDeliver)
            {
                _pair.Timeline.Add(end.Side, "answers the Close by itself");
                _pair.Send(end, PairFrame.Close(item.Code == PairFrame.NoCode ? null : item.Code, item.Payload));
            }

            return step;
        }
    }

    // Reading ends at once. What the error handlers send goes out; when they have run, the peer sees a drop.
    private Task? Fail(Exception error)
    {
        lock (_pair.Gate)
        {
            var step = EndMachine.Throw(end.State);
            end.State = step.State;
            if (step.Effect != EndEffect.Deliver)
            {
                return null;
            }

            Failure = error;
            _pair.Timeline.Add(end.Side, "failed: a listener threw", cause: PairCause.Failed);
        }

        return DispatchError(WebSocketPairErrorKind.Other, error);
    }

    private Task? DispatchError(WebSocketPairErrorKind kind, Exception error)
    {
        try
        {
            return Listeners.Dispatch(new SocketEvent(EventTypes.Error) { Kind = kind, Error = error });
        }
        catch (Exception)
        {
            // An error listener that throws has nobody left to tell; the end has failed already.
            return null;
        }
    }

    // No Close is sent. Called under the pair's lock.
    private void GoneSilently()
    {
        _pair.Send(end, PairFrame.Drop());
        _pair.StopReading(end);
        ReleaseIfFinished();
    }
}
