using System.Text;
using OrleansSockets.Diagnostics;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <summary>
/// Turns what arrives for an accepted end into events, in turns of the end's context. An asynchronous handler holds up this end only.
/// </summary>
internal sealed class EndDispatcher(WebSocketEnd owner, End end, WebSocketContext context) : IEndConsumer, IDeferredWork
{
    private readonly IPair _pair = end.Pair;
    private ISessionHandlers? _session;
    private ReceivedItem? _current;
    private bool _scheduled;
    private bool _isFaulty;

    public EventListeners Listeners { get; } = new();

    public WebSocketContext Context { get; } = context;

    public WebSocketEnd Owner { get; } = owner;

    /// <summary>What a listener threw.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The end is accepted. Called under the pair's lock.</summary>
    /// <param name="session">Hears its events, if it is hibernatable.</param>
    public void Start(ISessionHandlers? session = null)
    {
        _session = session;
        Context.Retain(Owner);
        end.Consume(this);
    }

    /// <summary>A session has woken and goes on with an end that was parked. Called under the pair's lock.</summary>
    public void Resume(ISessionHandlers session)
    {
        _session = session;
        Context.Retain(Owner);
        end.Park(this);
    }

    /// <summary>
    /// The session falls asleep, and somebody else takes what arrives. An event whose handler has not ended counts as handled.
    /// </summary>
    public void Stop(IEndConsumer next)
    {
        using (_pair.Gate.Enter())
        {
            if (_current is { } current)
            {
                _current = null;
                end.Consumed(current);
            }

            end.Park(next);
            Context.ReleaseEnd(Owner);
        }
    }

    public void Signal()
    {
        if (!_scheduled)
        {
            _scheduled = true;
            PairGate.Afterwards(this);
        }
    }

    /// <summary>Something has arrived.</summary>
    void IDeferredWork.Run() => Context.Events.Add(this);

    /// <summary>Called under the pair's lock.</summary>
    public void ReleaseIfFinished()
    {
        if (end.State.IsFinished)
        {
            Context.ReleaseEnd(Owner);
        }
    }

    /// <summary>Raises one event, in a turn of the context. False: there is no more for now. Never throws.</summary>
    public bool DispatchNext()
    {
        try
        {
            return !_isFaulty && RaiseNext();
        }
        catch (Exception e)
        {
            Fault(e);
            return false;
        }
    }

    private bool RaiseNext()
    {
        ReceivedItem item;
        bool isHeard;
        using (_pair.Gate.Enter())
        {
            if (end.Consumer != this)
            {
                // Parked: somebody else takes what arrives.
                return false;
            }

            if (end.State.Failed)
            {
                end.StopReading();
            }

            end.ConsumePings();
            if (!end.In.TryTake(out item))
            {
                _scheduled = false;

                // A client that is gone after its Close is no event, but it ends the end.
                ReleaseIfFinished();
                return false;
            }

            isHeard = item.IsTerminal || end.HearsMessages;
            _current = _session is null ? null : item;
            if (isHeard && _session?.AutoResponse is { } auto && item.Kind == PairFrameKind.Text
                && item.Payload.Span.SequenceEqual(auto.Request.Span))
            {
                Owner.AutoResponseAt = _pair.Host.Clock.GetUtcNow();
                end.SendAutoResponse(auto.Response);
                end.Consumed(item);
                _current = null;
                return true;
            }
        }

        var dispatched = item.Kind switch
        {
            PairFrameKind.Close => RaiseClose(item),
            PairFrameKind.Abort when !item.IsDrop => RaiseViolation(item),
            PairFrameKind.Abort => RaiseDrop(),
            _ when !isHeard => default,
            _ => Raise(new SocketEvent(EventTypes.Message) { Data = new WebSocketMessage(item.Kind == PairFrameKind.Text, item.Payload) }),
        };
        return Conclude(item, dispatched);
    }

    // The listeners of the event were called. False: it goes on asynchronously.
    private bool Conclude(in ReceivedItem item, in EventListeners.Dispatched dispatched)
    {
        if (item.IsTerminal)
        {
            _session?.Unlist(Owner);
        }

        var (effect, pending) = (EndEffect.None, dispatched.Pending);
        if (dispatched.Failure is { } error)
        {
            effect = Throw(error, item.IsTerminal ? EndEvent.Close : EndEvent.Message);
            if (effect == EndEffect.Deliver)
            {
                // The end has failed. What its listeners still do is theirs alone, only those of the error have a last word.
                _ = ObserveAsync(TypeOf(item), pending);
                pending = Raise(new SocketEvent(EventTypes.Error) { Kind = WebSocketPairErrorKind.Other, Error = error }).Pending;
            }
        }

        if (pending is null)
        {
            Finish(item, effect);
            return true;
        }

        _ = FinishLaterAsync(item, effect, pending);
        return false;
    }

    private async Task FinishLaterAsync(ReceivedItem item, EndEffect effect, IReadOnlyList<Task> pending)
    {
        // Counts as work until it is queued as a turn.
        Context.Work.Begin();
        try
        {
            await ObserveAsync(effect == EndEffect.Deliver ? EventTypes.Error : TypeOf(item), pending).ConfigureAwait(false);
            Context.Post(() => GoOn(item, effect));
        }
        finally
        {
            Context.Work.End();
        }
    }

    private void GoOn(in ReceivedItem item, EndEffect effect)
    {
        try
        {
            Finish(item, effect);
        }
        catch (Exception e)
        {
            Fault(e);
        }

        if (DispatchNext())
        {
            Context.Events.Add(this);
        }
    }

    // A failed task is a rejected promise: it ends nothing (H-22).
    private Task ObserveAsync(string type, IReadOnlyList<Task>? pending) => pending switch
    {
        null => Task.CompletedTask,
        [var only] => ObserveAsync(type, only),
        _ => Task.WhenAll(pending.Select(task => ObserveAsync(type, task))),
    };

    private async Task ObserveAsync(string type, Task task)
    {
        Context.Work.Begin();
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Logged here: an activation that has ended has no more turns.
            var e = new UnhandledListenerExceptionEvent(Owner, type, error, IsRejection: true);
            Context.Exceptions.Log(e, end.Side);
            Context.Post(() => Context.Exceptions.Raise(e));
        }
        finally
        {
            Context.Work.End();
        }
    }

    private void Finish(in ReceivedItem item, EndEffect effect)
    {
        using (_pair.Gate.Enter())
        {
            if (_session is not null)
            {
                if (_current is null)
                {
                    // Parked meanwhile, which counted the event as handled.
                    return;
                }

                _current = null;
            }

            end.AfterEvent(item, isInVain: effect == EndEffect.Discard);
            ReleaseIfFinished();
        }
    }

    private EventListeners.Dispatched RaiseClose(in ReceivedItem item)
    {
        EndStep step;
        using (_pair.Gate.Enter())
        {
            step = end.ReceiveClose(item);
        }

        return step.Effect is EndEffect.Deliver or EndEffect.ReplyThenDeliver
            ? Raise(new SocketEvent(EventTypes.Close)
            {
                Code = item.Code == PairFrame.NoCode ? CloseCode.NoStatus : item.Code,
                Reason = Encoding.UTF8.GetString(item.Payload.Span),
                WasClean = true,
            })
            : default;
    }

    private EventListeners.Dispatched RaiseDrop()
    {
        EndStep step;
        using (_pair.Gate.Enter())
        {
            step = end.ReceiveDrop();
        }

        return step.Effect == EndEffect.Deliver
            ? Raise(new SocketEvent(EventTypes.Close) { Code = CloseCode.Abnormal, Reason = CloseReason.Disconnected })
            : default;
    }

    private EventListeners.Dispatched RaiseViolation(in ReceivedItem item)
    {
        var kind = item.Code == CloseCode.MessageTooBig ? WebSocketPairErrorKind.MessageTooLarge : WebSocketPairErrorKind.ProtocolError;
        using (_pair.Gate.Enter())
        {
            if (end.ReceiveViolation(kind).Effect != EndEffect.Deliver)
            {
                return default;
            }

            ReleaseIfFinished();
        }

        var text = Encoding.UTF8.GetString(item.Payload.Span);
        var error = new WebSocketPairException(kind, $"WebSocket protocol error; the client was closed with {item.Code}: {text}");
        var (_, pending) = Raise(new SocketEvent(EventTypes.Error) { Kind = kind, Error = error });

        // An error listener that throws changes nothing: the end has failed already.
        return new(null, pending);
    }

    private EventListeners.Dispatched Raise(SocketEvent e) => _session is { } session
        ? Raise(session, e)
        : Listeners.Dispatch(e, EndMachine.EndsDispatch(end.Settings.Rules), this);

    // What a session's handler throws, or its task, changes nothing.
    private EventListeners.Dispatched Raise(ISessionHandlers session, SocketEvent e)
    {
        LockOrder.CheckIsFree();
        Task task;
        try
        {
            task = session.HandleAsync(Owner, e);
        }
        catch (Exception error)
        {
            Report(e.Type, error);
            return default;
        }

        if (task.IsCompletedSuccessfully)
        {
            return default;
        }

        if (session.AreInterleaved)
        {
            _ = ObserveAsync(e.Type, task);
            return default;
        }

        return new(null, [task]);
    }

    /// <summary>A listener threw.</summary>
    public void Report(string type, Exception error)
    {
        var e = new UnhandledListenerExceptionEvent(Owner, type, error, IsRejection: false);
        Context.Exceptions.Log(e, end.Side);
        if (end.Settings.Rules.ReportListenerExceptions)
        {
            Context.Exceptions.Raise(e);
        }
    }

    private EndEffect Throw(Exception error, EndEvent raised)
    {
        using (_pair.Gate.Enter())
        {
            var step = end.ListenerThrew(raised);
            if (step.Effect == EndEffect.Deliver)
            {
                Failure = error;
            }

            return step.Effect;
        }
    }

    // Not a listener but this library has failed, at this end. It alone is given up, so that the others of its context are heard (H-25).
    private void Fault(Exception error)
    {
        _isFaulty = true;
        Context.Exceptions.LogFault(error, _pair.Id, end.Side);

        // The fault may last, so one step that fails keeps nothing from the others.
        TryLocked(() => end.Fail($"failed: a fault of its host ({error.GetType().Name})"));
        TryLocked(() => end.Send(PairFrame.Drop()));
        TryLocked(end.StopReading);
        TryLocked(ReleaseIfFinished);
        var (_, pending) = Raise(new SocketEvent(EventTypes.Error) { Kind = WebSocketPairErrorKind.Other, Error = error });
        _ = ObserveAsync(EventTypes.Error, pending);
    }

    private void TryLocked(Action step)
    {
        try
        {
            using (_pair.Gate.Enter())
            {
                step();
            }
        }
        catch (Exception e)
        {
            Context.Exceptions.LogFault(e, _pair.Id, end.Side);
        }
    }

    private static string TypeOf(in ReceivedItem item) => item switch
    {
        { Kind: PairFrameKind.Abort, Code: not 0 } => EventTypes.Error,
        { IsTerminal: true } => EventTypes.Close,
        _ => EventTypes.Message,
    };
}
