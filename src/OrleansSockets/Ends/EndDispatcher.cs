using System.Text;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;

namespace OrleansSockets.Ends;

/// <summary>Turns what arrives for an accepted end into events, in turns of the end's context. An asynchronous handler holds up this end only.</summary>
internal sealed class EndDispatcher(WebSocketEnd owner, End end, WebSocketContext context) : IEndConsumer
{
    /// <summary>Events in one turn, so that a busy end leaves room for the others of its context.</summary>
    private const int EventsPerTurn = 128;

    private readonly Pair _pair = end.Pair;
    private bool _scheduled;

    public EventListeners Listeners { get; } = new();

    public WebSocketContext Context { get; } = context;

    public WebSocketEnd Owner { get; } = owner;

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
            Context.Post(DispatchTurn);
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

    private void DispatchTurn()
    {
        for (var i = 0; i < EventsPerTurn; i++)
        {
            ReceivedItem item;
            lock (_pair.Gate)
            {
                if (end.State.Failed)
                {
                    _pair.StopReading(end);
                }

                if (!end.In.TryTake(out item))
                {
                    _scheduled = false;

                    // A client that is gone after its Close is no event, but it ends the end.
                    ReleaseIfFinished();
                    return;
                }
            }

            if (Dispatch(item) is { } pending)
            {
                _ = WaitAsync(item, pending);
                return;
            }
        }

        Context.Post(DispatchTurn);
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
            if (failure is null || Fail(WebSocketPairErrorKind.Other, failure) is not { } more)
            {
                Finish(item);
                DispatchTurn();
            }
            else
            {
                _ = WaitAsync(item, more);
            }
        });
        Context.Hub.WorkEnded();
    }

    // Null: the event is done. Else it goes on asynchronously.
    private Task? Dispatch(in ReceivedItem item)
    {
        Task? pending;
        try
        {
            pending = item.Kind switch
            {
                PairFrameKind.Close => DispatchClose(item),
                PairFrameKind.Abort when item.Code != 0 => DispatchViolation(item),
                PairFrameKind.Abort => DispatchDrop(),
                _ => Listeners.Dispatch(new SocketEvent(EventTypes.Message) { Data = new WebSocketMessage(item.Kind == PairFrameKind.Text, item.Payload) }),
            };
        }
        catch (Exception e)
        {
            pending = Fail(WebSocketPairErrorKind.Other, e);
        }

        if (pending is null)
        {
            Finish(item);
        }

        return pending;
    }

    private void Finish(in ReceivedItem item)
    {
        lock (_pair.Gate)
        {
            if (item is { Kind: PairFrameKind.Abort, Code: 0 } || (item.Kind == PairFrameKind.Close && end.PeerGone.IsTrue))
            {
                end.State = item.Kind == PairFrameKind.Abort ? EndMachine.AfterDrop(end.State).State : EndMachine.ReceiveDrop(end.State).State;
            }

            _pair.Consumed(end, item);
            if (item.IsTerminal || end.State.Failed)
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

    private Task? DispatchDrop() => Apply(EndMachine.ReceiveDrop, default).Effect == EndEffect.Deliver
        ? Listeners.Dispatch(new SocketEvent(EventTypes.Close) { Code = CloseCode.Abnormal, Reason = CloseReason.Disconnected })
        : null;

    private Task? DispatchViolation(in ReceivedItem item)
    {
        var kind = item.Code == CloseCode.MessageTooBig ? WebSocketPairErrorKind.MessageTooLarge : WebSocketPairErrorKind.ProtocolError;
        var text = Encoding.UTF8.GetString(item.Payload.Span);
        return Fail(kind, new WebSocketPairException(kind, $"WebSocket protocol error; the client was closed with {item.Code}: {text}"));
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

    // A listener threw, or the client broke the protocol: reading ends, no Close is sent, the peer sees a drop.
    private Task? Fail(WebSocketPairErrorKind kind, Exception error)
    {
        lock (_pair.Gate)
        {
            var step = EndMachine.Fail(end.State);
            end.State = step.State;
            if (step.Effect != EndEffect.Deliver)
            {
                return null;
            }

            _pair.Timeline.Add(end.Side, $"failed: {kind}", cause: PairCause.Failed);
            _pair.Send(end, PairFrame.Drop());
            _pair.StopReading(end);
            ReleaseIfFinished();
        }

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
}
