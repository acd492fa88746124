using OrleansSockets.Pairs;
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
    private readonly Pair _pair;

    // Written under the gate.
    private volatile bool _takesAll;
    private volatile bool _mayDiscard;
    private bool _hasDiscarded;

    private CoupledEnd(End end)
    {
        _end = end;
        _pair = end.Pair;
    }

    public Lock Gate => _pair.Gate;

    public PairId Pair => _pair.Id;

    public int Side => _end.Side;

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
            lock (Gate)
            {
                return _end.PeerKnown.IsTrue;
            }
        }
    }

    /// <summary>Ends when the other end is attached, or lost.</summary>
    public Task PeerAttached => WaitFor(_end.PeerKnown);

    /// <summary>Ends when the other end reads no more. When its Close is written, TCP can end.</summary>
    public Task PeerGone => WaitFor(_end.PeerGone);

    /// <summary>Claims a released end for a socket. The consumer is signalled from here on.</summary>
    /// <exception cref="WebSocketPairException">The end was claimed already, or its time is over.</exception>
    public static async Task<CoupledEnd> ClaimAsync(
        PairHub hub, EndTicket ticket, EndSettings settings, IEndConsumer consumer, bool readsAhead, bool awaitsClient,
        CancellationToken cancellation)
    {
        var end = await hub.Claims.ClaimAsync(ticket, settings, end => Couple(end, consumer), cancellation).ConfigureAwait(false);
        return new CoupledEnd(end) { ReadsAhead = readsAhead, AwaitsClient = awaitsClient };
    }

    /// <summary>Joins an end of this process, for a socket that this process opened.</summary>
    /// <exception cref="WebSocketPairException">The end was accepted or given away.</exception>
    public static CoupledEnd Join(WebSocketEnd end, IEndConsumer consumer)
    {
        var core = end.Core;
        lock (core.Pair.Gate)
        {
            Couple(core, consumer);
        }

        return new CoupledEnd(core);
    }

    public Task WaitForRoom()
    {
        lock (Gate)
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
        lock (Gate)
        {
            if (!HasRoomInQueue)
            {
                _pair.Pump(_end);
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
        lock (Gate)
        {
            _pair.Pump(_end);
        }
    }

    /// <summary>
    /// Nothing more will come than what the server holds already, which is not much: there is room for all of it, once the other end
    /// listens.
    /// </summary>
    public void TakeAll()
    {
        lock (Gate)
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
        lock (Gate)
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
        lock (Gate)
        {
            if (_end.Route != EndRoute.Local && !_end.PeerKnown.IsTrue)
            {
                Drop();
                return false;
            }

            _pair.Send(_end, PairFrame.InputEnded());
            return true;
        }
    }

    /// <summary>
    /// A Ping. The socket is read only when somebody listens at the other end, so that one is asked: what it says to the messages before
    /// comes out first, then the Ping, as <see cref="PairFrameKind.Pong"/>. False: the socket answers it at once.
    /// </summary>
    public bool Ping(ReadOnlySpan<byte> payload)
    {
        lock (Gate)
        {
            if (ReadsAhead || _end.Out.IsFinished || _mayDiscard)
            {
                return false;
            }

            _pair.SendPing(_end, payload.ToArray());
            return true;
        }
    }

    /// <summary>A line for the pair's timeline: what the socket decided or met.</summary>
    public void Note(string what, int? code = null)
    {
        lock (Gate)
        {
            _pair.Timeline.Add(_end.Side, what, code, PairCause.SocketEnded);
        }
    }

    /// <summary>The socket received a Close.</summary>
    public void Close(int? code, ReadOnlySpan<byte> reason)
    {
        lock (Gate)
        {
            var close = PairFrame.Close(code, reason.ToArray());
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _pair.AnswerAlone(_end, close);
            }
            else if (_hasDiscarded)
            {
                Note("what the client sent last was thrown away: its socket was being closed, and its peer had no room");
                Drop();
            }
            else
            {
                _pair.Send(_end, close);
            }
        }
    }

    /// <summary>The socket is gone: nothing more can be read from it or written to it.</summary>
    public void Drop()
    {
        lock (Gate)
        {
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _pair.Abandon(_end);
            }
            else
            {
                _pair.Send(_end, PairFrame.Drop());
            }

            _pair.StopReading(_end);
        }
    }

    /// <summary>
    /// The client broke the protocol and will be sent a Close with this code: nothing more is read from it, but what the peer still says is
    /// written. <see cref="Drop"/> follows.
    /// </summary>
    public void Fail(int code, string text)
    {
        lock (Gate)
        {
            if (AwaitsClient && !_end.PeerKnown.IsTrue)
            {
                _pair.AnswerAlone(_end, PairFrame.Drop());
            }
            else
            {
                _pair.Send(_end, PairFrame.Violation(code, text));
            }
        }
    }

    /// <summary>The next thing for the socket.</summary>
    public bool TryTake(out ReceivedItem item)
    {
        lock (Gate)
        {
            return _end.In.TryTake(out item);
        }
    }

    /// <summary>An item that was taken is written (or was the end of it all): gives credit back. In order.</summary>
    public void Consumed(in ReceivedItem item)
    {
        lock (Gate)
        {
            _pair.Consumed(_end, item);
        }
    }

    private bool HasRoomInQueue => _end.Out.QueuedBytes < _end.RoomLimit;

    private Task WaitFor(Condition condition)
    {
        lock (Gate)
        {
            return condition.WaitAsync();
        }
    }

    private static void Couple(End end, IEndConsumer consumer)
    {
        var step = EndMachine.Couple(end.State);
        if (step.Effect == EndEffect.Throw)
        {
            throw WebSocketPairException.Of(step.Error);
        }

        end.State = step.State;
        end.RoomLimit = PairFrame.MaxChunk;
        end.Pair.Consume(end, consumer);
    }
}
