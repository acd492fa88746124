using System.Buffers;

namespace OrleansSockets.Pairs;

/// <summary>
/// The receiving half of a direction, at the end that receives: drops repeats, joins chunks, queues whole messages for the end's consumer and
/// works out when credit goes back. Guarded by the pair's lock.
/// </summary>
internal sealed class InStream(int initialWindow)
{
    private readonly Queue<ReceivedItem> _items = new();
    private ArrayBufferWriter<byte>? _partial;
    private long _received;
    private long _partialSequence;
    private int _taken;
    private int _partialCredit;
    private int _partialHeld;
    private long _credit;
    private bool _opened;
    private bool _announces;

    /// <summary>Everything up to this number was consumed.</summary>
    public long Consumed { get; private set; }

    /// <summary>Bytes that the sender may have under way.</summary>
    public int Window { get; private set; } = initialWindow;

    /// <summary>What the sender is told: the window, or 0 while nobody listens here.</summary>
    public int Granted => _opened ? Window : 0;

    /// <summary>The Close or abort was consumed, or this end wants nothing more.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>A Close or abort arrived.</summary>
    public bool HasEnded { get; private set; }

    public int Waiting => _items.Count;

    /// <summary>Window bytes of what waits or is with the consumer; an unfinished message included.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Items taken by the consumer and not yet consumed.</summary>
    public int Taken => _taken;

    /// <summary>Takes a frame in. False: nothing new for the consumer.</summary>
    public bool Receive(in PairFrame frame)
    {
        if (frame.Sequence != _received + 1 || HasEnded)
        {
            return false;
        }

        _received = frame.Sequence;
        HeldBytes += frame.Cost;
        if (frame.IsTerminal)
        {
            // Half a message is dropped.
            HasEnded = true;
            _partial = null;
            HeldBytes -= _partialHeld;
            _partialHeld = 0;
            _partialCredit = 0;
        }

        if (IsFinished)
        {
            Consumed = frame.Sequence;
            HeldBytes = 0;
            return false;
        }

        if (!frame.Last)
        {
            _partial ??= new ArrayBufferWriter<byte>(PairFrame.MaxChunk * 4);
            _partial.Write(frame.Payload.Span);
            _partialSequence = frame.Sequence;
            _partialCredit += frame.Cost;
            _partialHeld += frame.Cost;
            CreditPartial();
            return false;
        }

        if (frame.Kind == PairFrameKind.Ping)
        {
            // It may come in the middle of a message, which goes on behind it.
            _items.Enqueue(new ReceivedItem(frame.Kind, 0, default, frame.Sequence, frame.Cost, frame.Cost));
            return true;
        }

        var payload = frame.Payload;
        if (_partial is not null)
        {
            _partial.Write(payload.Span);
            payload = _partial.WrittenMemory;
            _partial = null;
        }

        _items.Enqueue(new ReceivedItem(frame.Kind, frame.Code, payload, frame.Sequence, frame.Cost + _partialCredit, frame.Cost + _partialHeld));
        _partialCredit = 0;
        _partialHeld = 0;
        return true;
    }

    /// <summary>This end's Ping has been acknowledged: its answer goes behind what the peer has said until then. False: this end reads no more.</summary>
    public bool ReceivePong(ReadOnlyMemory<byte> payload)
    {
        if (HasEnded || IsFinished)
        {
            return false;
        }

        _items.Enqueue(new ReceivedItem(PairFrameKind.Pong, 0, payload, 0, 0, 0));
        return true;
    }

    /// <summary>The sender is lost: an abort behind what has arrived. False: the stream had ended.</summary>
    public bool ReceiveLost() => ReceiveOwn(PairFrame.Drop());

    /// <summary>A frame of this silo, behind what has arrived. False: the stream had ended.</summary>
    public bool ReceiveOwn(in PairFrame frame) => Receive(frame with { Sequence = _received + 1 });

    /// <summary>
    /// A consumer is there for good. Until then nothing counts as consumed, chunks of a large message neither: the end may be given away, and the sender must still
    /// have everything.
    /// </summary>
    public void Open()
    {
        _opened = true;
        _announces = true;
        CreditPartial();
    }

    public bool TryTake(out ReceivedItem item)
    {
        if (!_items.TryDequeue(out item))
        {
            return false;
        }

        _taken++;
        return true;
    }

    /// <summary>Consumes the Pings that are next. False: there are none.</summary>
    public bool ConsumePings()
    {
        var any = false;
        while (_items.TryPeek(out var item) && item.Kind == PairFrameKind.Ping)
        {
            TryTake(out item);
            Consume(item);
            any = true;
        }

        return any;
    }

    /// <summary>The consumer is done with an item that it took; items are consumed in order.</summary>
    public void Consume(in ReceivedItem item)
    {
        _taken--;
        Consumed = Math.Max(Consumed, item.LastSequence);
        _credit += item.Credit;
        HeldBytes = Math.Max(0, HeldBytes - item.Held);
        IsFinished |= item.IsTerminal;
        _announces |= item.Kind == PairFrameKind.Ping;
        CreditPartial();
    }

    /// <summary>Whether enough was consumed for an acknowledgement, and the window that goes with it.</summary>
    public bool TakeCreditDue(int maxWindow)
    {
        if (!IsFinished && !_announces && _credit * 2 < Window)
        {
            return false;
        }

        if (Window > maxWindow)
        {
            Window = maxWindow;
        }
        else if (_credit * 2 >= Window && _items.Count == 0 && Window < maxWindow)
        {
            // The consumer keeps up with a busy sender: more may be under way.
            Window = Math.Min(Window * 2, maxWindow);
        }

        _credit = 0;
        _announces = false;
        return true;
    }

    /// <summary>This end reads no more; what still comes is consumed unread.</summary>
    public void Discard()
    {
        _items.Clear();
        _partial = null;
        HeldBytes = 0;
        Consumed = _received;
        IsFinished = true;
    }

    // Chunks taken for reassembly count as consumed, so that a message larger than the window passes; acknowledgement is cumulative, so only
    // when no earlier message is still with the consumer.
    private void CreditPartial()
    {
        if (_opened && _partial is not null && _items.Count == 0 && _taken == 0)
        {
            Consumed = Math.Max(Consumed, _partialSequence);
            _credit += _partialCredit;
            _partialCredit = 0;
        }
    }
}
