using System.Text;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Sessions;
using OrleansSockets.Wire;

namespace OrleansSockets;

/// <content>What contexts, sessions, couples and the edge do with an end, past its owner.</content>
public sealed partial class WebSocketEnd
{
    internal End Core => _end;

    internal bool IsPending
    {
        get
        {
            lock (_pair.Gate)
            {
                return _end.State.Phase == EndPhase.Pending;
            }
        }
    }

    internal WebSocketContext Context => _dispatcher.Context;

    /// <summary>Nothing will come or go any more, though the handler of its last event may still run.</summary>
    internal bool IsFinished
    {
        get
        {
            lock (_pair.Gate)
            {
                return _end.State.IsFinished;
            }
        }
    }

    /// <summary>Opened by an address: its peer is the socket to another server.</summary>
    internal bool IsOutbound { get; private set; }

    internal DateTimeOffset AcceptedAt { get; private set; }

    /// <summary>The subprotocol that its peer's client was given; <see cref="Protocol"/> stays "", as on the real runtime.</summary>
    internal string ClientProtocol { get; set; } = "";

    internal int MaxMessageSize => _end.Settings.MaxMessageSize;

    /// <summary>Null: the end was accepted or given away before.</summary>
    internal EndTicket? TryRelease()
    {
        lock (_pair.Gate)
        {
            return EndMachine.Release(_end.State).Effect == EndEffect.Throw ? null : Release();
        }
    }

    /// <summary>
    /// <see cref="Send(WebSocketMessage)"/> for a caller that wants to know what became of it, not to be stopped by a full buffer or a
    /// closed end.
    /// </summary>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.MessageTooLarge"/>.</exception>
    internal WebSocketSendOutcome TrySend(WebSocketMessage message)
    {
        lock (_pair.Gate)
        {
            if (_end.Out.IsFinished || EndMachine.Send(_end.State).Effect != EndEffect.Queue)
            {
                return WebSocketSendOutcome.Closing;
            }

            var outcome = TryQueueLocked(message.IsText, message.Bytes);
            if (outcome == QueueOutcome.SiloFull)
            {
                _pair.Hub.Metrics.BudgetMet("refused");
            }

            return outcome == QueueOutcome.Queued ? WebSocketSendOutcome.Sent : WebSocketSendOutcome.BufferFull;
        }
    }

    /// <summary><see cref="Close(int?, string?)"/>; false: it was ignored.</summary>
    internal bool TryClose(int? code, string? reason)
    {
        lock (_pair.Gate)
        {
            var step = EndMachine.Close(_end.State, _end.Settings.Rules, code, reason);
            if (step is { Effect: EndEffect.Throw, Error: WebSocketPairErrorKind.Other })
            {
                throw new WebSocketPairException(step.Error, "This end sends no Close: one of its listeners threw.", _dispatcher.Failure);
            }

            ThrowIfRefused(step, code);
            _end.State = step.State;
            if (step.Effect != EndEffect.Queue)
            {
                return false;
            }

            _pair.Send(_end, PairFrame.Close(code, reason is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(reason)));
            _dispatcher.ReleaseIfFinished();
            return true;
        }
    }

    /// <summary>
    /// Closes whatever the end's own settings say about codes and reasons: its host is going away, or the Close is another end's.
    /// </summary>
    internal void ForceClose(int? code, string reason)
    {
        lock (_pair.Gate)
        {
            if (_end.State is { Out: false, Aborted: false, Failed: false, Phase: EndPhase.Accepted })
            {
                _end.State = _end.State with { Out = true };
                _pair.Send(_end, PairFrame.Close(code, Encoding.UTF8.GetBytes(reason)));
                _dispatcher.ReleaseIfFinished();
            }
        }
    }

    /// <summary>The end waits for a socket that is being opened. For an end that nobody has used yet.</summary>
    internal void BeginConnecting(Task opened)
    {
        lock (_pair.Gate)
        {
            _end.State = EndState.Connecting;
            IsOutbound = true;
            Opened = opened;
        }
    }

    internal void EndConnecting(string protocol)
    {
        lock (_pair.Gate)
        {
            Protocol = protocol;
            _end.State = EndMachine.Open(_end.State).State;
        }
    }

    /// <summary>The socket could not be opened: the end is closed, and what was meant for it is dropped.</summary>
    internal void FailConnecting()
    {
        lock (_pair.Gate)
        {
            _end.State = EndMachine.Fail(_end.State).State;
            _pair.Send(_end, PairFrame.Drop());
            _pair.StopReading(_end);
        }
    }

    /// <summary>Ends this end without an event: what was sent goes out, its peer is not waited for.</summary>
    internal void Abort()
    {
        lock (_pair.Gate)
        {
            _end.State = _end.State with { Aborted = true };
            _pair.Send(_end, PairFrame.Drop());
            _pair.StopReading(_end);
            _dispatcher.ReleaseIfFinished();
        }
    }

    /// <summary>If the other end was never given away nor accepted, nobody will ever have it: this one sees 1006.</summary>
    internal void DropIfAlone(string why)
    {
        lock (Core.Pair.Gate)
        {
            Core.Pair.LoseUnclaimedPeer(Core, why);
        }
    }

    /// <summary>The end's context is gone: it is closed, and its handlers run no more.</summary>
    internal void Abandon(int code, string reason)
    {
        lock (_pair.Gate)
        {
            ForceClose(code, reason);
            _pair.StopReading(_end);
        }
    }
}
