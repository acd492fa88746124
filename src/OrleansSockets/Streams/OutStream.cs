using OrleansSockets.Wire;

namespace OrleansSockets.Streams;

/// <summary>
/// The sending half of a direction, at the end that sends. Keeps every frame until the receiver has consumed it, so that a lost pair grain,
/// link or route loses nothing: after a new attachment the frames behind the receiver's last consumed one are sent again.
/// Guarded by the pair's lock.
/// </summary>
internal sealed class OutStream(int initialWindow, PairBudget? budget = null)
{
    private readonly FrameQueue _frames = new();
    private readonly List<ReadOnlyMemory<byte>> _pings = [];
    private BufferAccount _account;
    private long _keptBytes;
    private int _pongs;
    private long _nextSequence = 1;
    private int _sent;
    private long _inFlight;
    private long _window = initialWindow;
    private bool _receiverReady;

    /// <summary>Bytes that wait for their first transmission.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>The receiver has said that somebody takes what arrives; until then it only waits there.</summary>
    public bool ReceiverListens { get; private set; }

    /// <summary>A Close or an abort is queued or sent: nothing may follow.</summary>
    public bool HasEnded { get; private set; }

    public bool EndedByAbort { get; private set; }

    /// <summary>The receiver consumed the Close or abort, or nobody is left to receive.</summary>
    public bool IsFinished { get; private set; }

    public bool CanSend =>
        _receiverReady && _sent < _frames.Count
            && (_inFlight == 0 || _frames[_sent].IsTerminal || _inFlight + _frames[_sent].Cost <= _window);

    /// <summary>Whether a message that is not counted by itself may be queued: the budget has room, or this stream needs none.</summary>
    public bool HasBudgetFor(int bytes) => _keptBytes + bytes < BufferAccount.Step || budget is not { IsMet: true };

    public long NextSequence => _nextSequence;

    public void Enqueue(PairFrame frame)
    {
        if (HasEnded || IsFinished)
        {
            return;
        }

        if (frame.IsTerminal)
        {
            HasEnded = true;
            EndedByAbort = frame.IsDrop;
        }

        _frames.Enqueue(frame with { Sequence = _nextSequence++ });
        QueuedBytes += frame.Payload.Length;
        if (CountedPayload.Of(frame.Payload) is not { } counted)
        {
            _account.Update(budget, _keptBytes += frame.Cost);
        }
        else if (frame.First)
        {
            counted.Hold();
        }
    }

    /// <summary>Of several Pings in a row the first and the last are answered; RFC 6455 section 5.5.3 asks for the last one only.</summary>
    public void EnqueuePing(ReadOnlyMemory<byte> payload)
    {
        if (IsPing(1) && IsPing(2))
        {
            _pings[^1] = payload;
        }
        else if (!HasEnded && !IsFinished)
        {
            _pings.Add(payload);
            Enqueue(PairFrame.Ping());
        }
    }

    /// <summary>The next frame that may go out now. A Close or abort needs no credit.</summary>
    public bool TryNext(out PairFrame frame)
    {
        if (!_receiverReady || _sent == _frames.Count)
        {
            frame = default;
            return false;
        }

        frame = _frames[_sent];
        if (!frame.IsTerminal && _inFlight > 0 && _inFlight + frame.Cost > _window)
        {
            return false;
        }

        _sent++;
        _inFlight += frame.Cost;
        QueuedBytes -= frame.Payload.Length;
        return true;
    }

    /// <summary>
    /// The receiver is reachable (again) and has consumed all up to <paramref name="consumed"/>: send the rest from there.
    /// </summary>
    public void ReceiverAttached(long consumed, int window)
    {
        _receiverReady = true;
        while (_sent > 0)
        {
            ref readonly var frame = ref _frames[--_sent];
            _inFlight -= frame.Cost;
            QueuedBytes += frame.Payload.Length;
        }

        Acknowledge(consumed, window);
    }

    public void ReceiverDetached() => _receiverReady = false;

    /// <summary>
    /// Cumulative: everything up to <paramref name="consumed"/> was consumed; <paramref name="window"/> bytes may be under way. 0: nobody
    /// listens there, and the window stays what it is.
    /// </summary>
    public void Acknowledge(long consumed, int window)
    {
        ReceiverListens = window > 0;
        _window = ReceiverListens ? window : _window;
        while (_frames.Count > 0 && _frames[0].Sequence <= consumed)
        {
            ref readonly var frame = ref _frames[0];
            if (_sent > 0)
            {
                _sent--;
                _inFlight -= frame.Cost;
            }
            else
            {
                QueuedBytes -= frame.Payload.Length;
            }

            Unkeep(frame);
            IsFinished |= frame.IsTerminal;
            _pongs += frame.Kind == PairFrameKind.Ping ? 1 : 0;
            _frames.DropFirst();
        }
    }

    /// <summary>The payload of a Ping that the receiver has acknowledged.</summary>
    public bool TryTakePong(out ReadOnlyMemory<byte> payload)
    {
        if (_pongs == 0)
        {
            payload = default;
            return false;
        }

        _pongs--;
        payload = _pings[0];
        _pings.RemoveAt(0);
        return true;
    }

    /// <summary>The number of the next frame, and all that the receiver has not consumed.</summary>
    public (long Next, FrameTransfer[] Kept) Export()
    {
        var kept = new FrameTransfer[_frames.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = FrameTransfer.Of(_frames[i]);
        }

        return (_nextSequence, kept);
    }

    /// <summary>Goes on where another host's stream has stopped. For a stream that has sent nothing.</summary>
    public void Import(long next, FrameTransfer[] kept)
    {
        _nextSequence = kept is [var first, ..] ? first.Sequence : next;
        foreach (var frame in kept)
        {
            Enqueue(frame.ToFrame());
        }
    }

    /// <summary>Nobody is left to receive.</summary>
    public void Discard()
    {
        for (var i = 0; i < _frames.Count; i++)
        {
            Unkeep(_frames[i]);
        }

        _frames.Clear();
        _pings.Clear();
        _pongs = 0;
        _sent = 0;
        _inFlight = 0;
        QueuedBytes = 0;
        IsFinished = true;
    }

    // Up to its last chunk a message's bytes are kept as a whole.
    private void Unkeep(in PairFrame frame)
    {
        if (CountedPayload.Of(frame.Payload) is not { } counted)
        {
            _account.Update(budget, _keptBytes -= frame.Cost);
        }
        else if (frame.Last)
        {
            counted.Release();
        }
    }

    private bool IsPing(int fromEnd) => _frames.Count >= fromEnd && _frames[_frames.Count - fromEnd].Kind == PairFrameKind.Ping;
}
