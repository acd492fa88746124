using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <summary>
/// An end that is joined to a network socket. What the socket reads goes in as it comes, what its peer sent comes out whole; every close is
/// the peers' business. All members may be called from any thread; hold <see cref="Gate"/> to do many things at the price of one lock.
/// </summary>
internal sealed class CoupledEnd
{
    private readonly End _end;

    // Written under the gate.
    private volatile bool _takesAll;
    private volatile bool _mayDiscard;
    private bool _hasDiscarded;

    private CoupledEnd(End end) => _end = end;

    public PairGate Gate => _end.Pair.Gate;

    public PairId Pair => _end.Pair.Id;

    public Side Side => _end.Side;

    /// <summary>False: the socket should not be read until <see cref="WaitForRoom"/> ends, so that TCP pushes back to the client.</summary>
    public bool HasRoom => _end.Out.IsFinished || _mayDiscard
        || ((_takesAll || HasRoomInQueue) && (ReadsAhead || _end.Out.ReceiverListens));

    /// <summary>The peer has dispatched the last that the client had for it, or is gone: what it says from now on is nothing new.</summary>
    public bool IsHeard => _end.Out.IsFinished;

    /// <summary>Whether there is room before the other end is accepted.</summary>
    public bool ReadsAhead { get; init; } = true;

    /// <summary>
    /// Nobody but another client will ever come to the other end: if the client leaves before, everything of the pair goes at once.
    /// </summary>
    public bool AwaitsClient { get; init; }

    /// <summary>The other end is attached, or was.</summary>
    public bool HasMet
    {
        get
        {
            using (Gate.Enter())
            {
                return _end.PeerKnown.IsTrue;
            }
        }
    }

    /// <summary>Ends when the other end is attached, or lost.</summary>
    public Task PeerAttached => WaitFor(_end.PeerKnown);

    /// <summary>Ends when the other end reads no more. When its Close is written, TCP can end.</summary>
    public Task PeerGone => WaitFor(_end.PeerGone);

    /// <summary>Joins an end to a socket. Its consumer is signalled from here on. Called under the pair's lock.</summary>
    /// <exception cref="WebSocketPairException">The end was accepted or given away.</exception>
    public static CoupledEnd Couple(End end, IEndConsumer consumer, bool readsAhead = true, bool awaitsClient = false)
    {
        var step = end.Couple(consumer);
        return step.Effect == EndEffect.Throw
            ? throw WebSocketPairException.Of(step.Error)
            : new CoupledEnd(end) { ReadsAhead = readsAhead, AwaitsClient = awaitsClient };
    }

    /// <summary>Joins an end of this process, for a socket that this process opened.</summary>
    /// <exception cref="WebSocketPairException">The end was accepted or given away.</exception>
    public static CoupledEnd Join(WebSocketEnd end, IEndConsumer consumer)
    {
        using (end.Core.Pair.Gate.Enter())
        {
            return Couple(end.Core, consumer);
        }
    }

    public Task WaitForRoom()
    {
        using (Gate.Enter())
        {
            return HasRoom ? Task.CompletedTask : _end.WaitForRoom();
        }
    }

    /// <summary>
    /// A part of a message, at most <see cref="PairFrame.MaxChunk"/> bytes; it is copied. It leaves with the next <see cref="Flush"/>, at
    /// the latest: what was read in one go travels together.
    /// </summary>
    public void Send(bool isText, bool first, bool last, ReadOnlySpan<byte> part)
    {
        var kind = isText ? PairFrameKind.Text : PairFrameKind.Binary;
        using (Gate.Enter())
        {
            if (!HasRoomInQueue)
            {
                _end.Pump();
            }

            _hasDiscarded |= _mayDiscard && !HasRoomInQueue;
            if (!_end.Out.IsFinished && !_hasDiscarded)
            {
                _end.Out.Enqueue(new PairFrame(0, kind, first, last, 0, part.ToArray()));
            }
        }
    }

    /// <summary>Sends on what was sent here.</summary>
    public void Flush()
    {
        using (Gate.Enter())
        {
            _end.Pump();
        }
    }

    /// <summary>
    /// Nothing more will come than what the server holds already, which is not much: there is room for all of it, once the other end
    /// listens.
    /// </summary>
    public void TakeAll()
    {
        using (Gate.Enter())
        {
            _takesAll = true;
            _end.SignalRoom();
        }
    }

    /// <summary>
    /// The socket is being closed by its server, which reads on only to find the client's answer: messages for which the peer has no room
    /// are thrown away from now on. If any was, the client's Close counts as a drop: a clean Close would say that all has arrived.
    /// </summary>
    public void Discard()
    {
        using (Gate.Enter())
        {
            _mayDiscard = true;
            _end.SignalRoom();
        }
    }

    /// <summary>
    /// The client ended its direction without a Close. False: nobody is at the other end, so it is a drop at once. Else the peer hears of
    /// it behind the client's messages, and what it says until then is there to be taken, an abort behind it; <see cref="Drop"/> follows.
    /// </summary>
    public bool EndInput()
    {
        using (Gate.Enter())
        {
            if (_end.IsAttached && !_end.PeerKnown.IsTrue)
            {
                Drop();
                return false;
            }

            _end.Send(PairFrame.InputEnded());
            return true;
        }
    }

    /// <summary>
    /// A Ping. The socket is read only when somebody listens at the other end, so that one is asked: what it says to the messages before
    /// comes out first, then the Ping, as <see cref="PairFrameKind.Pong"/>. False: the socket answers it at once.
    /// </summary>
    public bool Ping(ReadOnlySpan<byte> payload)
    {
        using (Gate.Enter())
        {
            if (ReadsAhead || _end.Out.IsFinished || _mayDiscard)
            {
                return false;
            }

            _end.SendPing(payload.ToArray());
            return true;
        }
    }

    /// <summary>A line for the pair's timeline: what the socket decided or met.</summary>
    public void Note(string what, int? code = null)
    {
        using (Gate.Enter())
        {
            _end.Pair.Timeline.Add(_end.Side, what, code, PairCause.SocketEnded);
        }
    }

    /// <summary>The socket received a Close.</summary>
    public void Close(int? code, ReadOnlySpan<byte> reason)
    {
        using (Gate.Enter())
        {
            var close = PairFrame.Close(code, reason.ToArray());
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _end.AnswerAlone(close);
            }
            else if (_hasDiscarded)
            {
                Note("what the client sent last was thrown away: its socket was being closed, and its peer had no room");
                Drop();
            }
            else
            {
                _end.Send(close);
            }
        }
    }

    /// <summary>The socket is gone: nothing more can be read from it or written to it.</summary>
    public void Drop()
    {
        using (Gate.Enter())
        {
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _end.LeaveUnmet();
            }
            else
            {
                _end.Send(PairFrame.Drop());
            }

            _end.StopReading();
        }
    }

    /// <summary>
    /// The client broke the protocol and will be sent a Close with this code: nothing more is read from it, but what the peer still says is
    /// written. <see cref="Drop"/> follows.
    /// </summary>
    public void Fail(int code, string text)
    {
        using (Gate.Enter())
        {
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _end.AnswerAlone(PairFrame.Drop());
            }
            else
            {
                _end.Send(PairFrame.Violation(code, text));
            }
        }
    }

    /// <summary>The next thing for the socket.</summary>
    public bool TryTake(out ReceivedItem item)
    {
        using (Gate.Enter())
        {
            return _end.In.TryTake(out item);
        }
    }

    /// <summary>An item that was taken is written (or was the end of it all): gives credit back. In order.</summary>
    public void Consumed(in ReceivedItem item)
    {
        using (Gate.Enter())
        {
            _end.Consumed(item);
        }
    }

    private bool HasRoomInQueue => _end.Out.QueuedBytes < _end.RoomLimit;

    private Task WaitFor(Condition condition)
    {
        using (Gate.Enter())
        {
            return condition.WaitAsync();
        }
    }
}
