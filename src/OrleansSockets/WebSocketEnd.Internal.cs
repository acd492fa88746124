using OrleansSockets.Ends;
using OrleansSockets.Hibernation;
using OrleansSockets.Rules;
using OrleansSockets.Sessions;

namespace OrleansSockets;

/// <content>What contexts, sessions, couples and the edge do with an end, past its owner.</content>
public sealed partial class WebSocketEnd
{
    internal End Core => _end;

    internal bool IsPending
    {
        get
        {
            using (_pair.Gate.Enter())
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
            using (_pair.Gate.Enter())
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

    /// <summary>Null: it is not hibernatable.</summary>
    internal IReadOnlyList<string>? Tags { get; private set; }

    /// <summary>When a text of its client was answered without the session.</summary>
    internal DateTimeOffset? AutoResponseAt { get; set; }

    /// <summary>A session holds it from now on.</summary>
    internal void Hibernate(ISessionHandlers session, IReadOnlyList<string> tags)
    {
        using (_pair.Gate.Enter())
        {
            ThrowIfRefused(_end.Hibernate(IsOutbound));
            Tags = tags;
            AcceptedAt = _pair.Host.Clock.GetUtcNow();
            _dispatcher.Start(session);
        }
    }

    /// <summary>Null: the end was accepted or given away before.</summary>
    internal EndTicket? TryRelease()
    {
        using (_pair.Gate.Enter())
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
        using (_pair.Gate.Enter())
        {
            if (_end.Out.IsFinished || EndMachine.Send(_end.State).Effect != EndEffect.Queue)
            {
                return WebSocketSendOutcome.Closing;
            }

            var outcome = TryQueueLocked(message.IsText, message.Bytes);
            if (outcome == QueueOutcome.SiloFull)
            {
                _pair.Host.Metrics.BudgetMet("refused");
            }

            return outcome == QueueOutcome.Queued ? WebSocketSendOutcome.Sent : WebSocketSendOutcome.BufferFull;
        }
    }

    /// <summary><see cref="Close(int?, string?)"/>; false: it was ignored.</summary>
    internal bool TryClose(int? code, string? reason)
    {
        ThrowIfTimedOut();
        using (_pair.Gate.Enter())
        {
            var step = _end.Close(code, reason);
            if (step is { Effect: EndEffect.Throw, Error: WebSocketPairErrorKind.Other })
            {
                throw new WebSocketPairException(step.Error, "This end sends no Close: one of its listeners threw.", _dispatcher.Failure);
            }

            ThrowIfRefused(step, code);
            _dispatcher.ReleaseIfFinished();
            return step.Effect == EndEffect.Queue;
        }
    }

    /// <inheritdoc cref="End.ForceClose"/>
    internal void ForceClose(int? code, string reason)
    {
        using (_pair.Gate.Enter())
        {
            if (_end.ForceClose(code, reason))
            {
                _dispatcher.ReleaseIfFinished();
            }
        }
    }

    /// <summary>The end waits for a socket that is being opened. For an end that nobody has used yet.</summary>
    internal void BeginConnecting(Uri url, Task opened)
    {
        using (_pair.Gate.Enter())
        {
            _end.BeginConnecting();
            IsOutbound = true;
            Opened = opened;
            Url = url;
        }
    }

    internal void EndConnecting(string protocol)
    {
        using (_pair.Gate.Enter())
        {
            Protocol = protocol;
            _end.EndConnecting();
        }
    }

    /// <summary>The socket could not be opened: the end is closed, and what was meant for it is dropped.</summary>
    internal void FailConnecting()
    {
        using (_pair.Gate.Enter())
        {
            _end.FailConnecting();
        }
    }

    /// <summary>Ends this end without an event: what was sent goes out, its peer is not waited for.</summary>
    internal void Abort()
    {
        using (_pair.Gate.Enter())
        {
            _end.Abort();
            _dispatcher.ReleaseIfFinished();
        }
    }

    /// <summary>Its client has closed, or is gone, and nobody has answered: a session that falls asleep forgets it.</summary>
    internal bool IsForgotten
    {
        get
        {
            using (_pair.Gate.Enter())
            {
                return _end.State.In || _end.State.IsFinished;
            }
        }
    }

    /// <summary>Takes over what the session has kept. <see cref="Resume"/> follows.</summary>
    internal void Restore(ParkedSocket socket)
    {
        Tags = socket.Tags;
        _attachment = socket.Attachment;
        AcceptedAt = socket.AcceptedAt;
        AutoResponseAt = socket.AutoResponseAt;
        ClientProtocol = socket.Protocol;
    }

    /// <summary>Its events come to the session that has woken.</summary>
    internal void Resume(ISessionHandlers session)
    {
        using (_pair.Gate.Enter())
        {
            _dispatcher.Resume(session);
        }
    }

    /// <summary>Its session falls asleep.</summary>
    internal void Park(ParkedSessions sessions, GrainId session, SessionSettings settings, bool hasFailed, long number) =>
        sessions.Park(
            session,
            settings,
            hasFailed,
            _dispatcher,
            _end,
            new ParkedSocket(number, [.. Tags ?? []], _attachment, AcceptedAt, AutoResponseAt, ClientProtocol));

    // Of a handler whose time is over, nothing goes out any more.
    private void ThrowIfTimedOut()
    {
        if (Tags is not null && HandlerCall.IsOver)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.Other,
                "The handler has met the session's HibernatableWebSocketEventTimeout: it sends nothing any more.");
        }
    }

    /// <summary>If the other end was never given away nor accepted, nobody will ever have it: this one sees 1006.</summary>
    internal void DropIfAlone(string why)
    {
        using (_pair.Gate.Enter())
        {
            _pair.LoseUnclaimedPeer(_end.Side, why);
        }
    }

    /// <summary>The end's context is gone: it is closed, and its handlers run no more.</summary>
    internal void Abandon(int code, string reason)
    {
        using (_pair.Gate.Enter())
        {
            ForceClose(code, reason);
            _end.StopReading();
        }
    }
}
