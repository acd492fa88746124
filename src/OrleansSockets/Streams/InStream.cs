using OrleansSockets.Wire;

namespace OrleansSockets.Streams;

/// <summary>
/// The receiving half of a direction, at the end that receives: drops repeats, joins chunks, queues whole messages for the end's consumer
/// and works out when credit goes back. Guarded by the pair's lock.
/// </summary>
internal sealed class InStream(int initialWindow, PairBudget? budget = null)
{
    private readonly Queue<ReceivedItem> _items = new();
    private BufferAccount _account;
    private Queue<CountedPayload>? _takenPayloads;
    private long _ownBytes;
    private long _received;
    private int _taken;
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

    /// <summary>The message whose last chunk has not arrived.</summary>
    public UnfinishedMessage? Unfinished { get; private set; }

    /// <summary>The unfinished message waits for its sender, not for this end.</summary>
    public bool AwaitsSender => Unfinished is { IsWithheld: false } && IsReadyForChunks;

    /// <summary>Items taken by the consumer and not yet consumed.</summary>
    public int Taken => _taken;

    private bool IsReadyForChunks => _opened && _items.Count == 0 && _taken == 0;

    /// <summary>Takes a frame in. False: nothing new for the consumer.</summary>
    public bool Receive(in PairFrame frame)
    {
        if (frame.Sequence != _received + 1 || HasEnded)
        {
            return false;
        }

        _received = frame.Sequence;
        if (frame.IsTerminal)
        {
            // Half a message is dropped.
            HasEnded = true;
            DropUnfinished();
        }

        if (IsFinished)
        {
            Consumed = frame.Sequence;
            return false;
        }

        var counted = CountedPayload.Of(frame.Payload);
        if (Unfinished is null)
        {
            counted?.Hold();
        }

        Hold(frame.Cost, counted);
        if (!frame.Last)
        {
            Unfinished ??= new UnfinishedMessage(counted);
            Unfinished.Add(frame);
            CreditUnfinished();
            return false;
        }

        if (frame.Kind == PairFrameKind.Ping)
        {
            // It may come in the middle of a message, which goes on behind it.
            _items.Enqueue(new ReceivedItem(frame.Kind, 0, default, frame.Sequence, frame.Cost, frame.Cost));
            return true;
        }

        if (Unfinished is { } begun)
        {
            _items.Enqueue(
                new ReceivedItem(
                    frame.Kind, frame.Code, begun.Join(frame.Payload), frame.Sequence, frame.Cost + begun.Credit, frame.Cost + begun.Held));
            Unfinished = null;
        }
        else
        {
            _items.Enqueue(new ReceivedItem(frame.Kind, frame.Code, frame.Payload, frame.Sequence, frame.Cost, frame.Cost));
        }

        return true;
    }

    /// <summary>
    /// This end's Ping has been acknowledged: its answer goes behind what the peer has said until then. False: this end reads no more.
    /// </summary>
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
    /// A consumer is there for good. Until then nothing counts as consumed, chunks of a large message neither: the end may be given away,
    /// and the sender must still have everything.
    /// </summary>
    public void Open()
    {
        _opened = true;
        _announces = true;
        CreditUnfinished();
    }

    /// <summary>The next item, which stays.</summary>
    public bool TryPeek(out ReceivedItem item) => _items.TryPeek(out item);

    /// <summary>Whole messages come again; of an unfinished one the sender may have been told that it is taken.</summary>
    public (byte[]? Unfinished, long Received) Export() => Unfinished is { } begun && _items.Count == 0
        ? (begun.Join(default).ToArray(), begun.Sequence)
        : (null, Consumed);

    /// <summary>Goes on where another host's stream has stopped. For a stream that has received nothing.</summary>
    public void Import(long consumed, int window, byte[]? unfinished, long received)
    {
        Consumed = consumed;
        Window = window;
        _received = received;
        if (unfinished is { } bytes)
        {
            Unfinished = new UnfinishedMessage(null);
            var frame = new PairFrame(received, PairFrameKind.Binary, true, false, 0, bytes);
            Hold(frame.Cost, null);
            Unfinished.Add(frame);
            Unfinished.TakeCredit();
        }
    }

    public bool TryTake(out ReceivedItem item)
    {
        if (!_items.TryDequeue(out item))
        {
            return false;
        }

        _taken++;
        if (CountedPayload.Of(item.Payload) is { } counted)
        {
            (_takenPayloads ??= new Queue<CountedPayload>()).Enqueue(counted);
        }

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
        if (CountedPayload.Of(item.Payload) is null)
        {
            Unhold(item.Held, null);
        }
        else if (_takenPayloads!.TryDequeue(out var counted))
        {
            // In order; and if this end has stopped to read meanwhile, it was released then.
            Unhold(item.Held, counted);
        }

        IsFinished |= item.IsTerminal;

        // Of a message that came in chunks the last one is little credit, but the sender keeps all of it until it hears that.
        _announces |= item.Kind == PairFrameKind.Ping || item.Held > item.Credit;
        CreditUnfinished();
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
        DropUnfinished();
        while (_items.TryDequeue(out var item))
        {
            CountedPayload.Of(item.Payload)?.Release();
        }

        while (_takenPayloads?.TryDequeue(out var counted) == true)
        {
            counted.Release();
        }

        // What the consumer has taken it may never say to be done with.
        HeldBytes = 0;
        _account.Update(budget, _ownBytes = 0);
        Consumed = _received;
        IsFinished = true;
    }

    /// <summary>
    /// Chunks taken for reassembly count as consumed, so that a message larger than the window passes; acknowledgement is cumulative, so
    /// only when no earlier message is still with the consumer. While the budget is met a message that is counted gets no more, and is
    /// tried again later.
    /// </summary>
    public void CreditUnfinished()
    {
        if (Unfinished is { } begun && IsReadyForChunks)
        {
            begun.IsWithheld = begun.Counted is null && begun.Held >= BufferAccount.Step && budget is { IsMet: true };
            if (!begun.IsWithheld)
            {
                Consumed = Math.Max(Consumed, begun.Sequence);
                _credit += begun.TakeCredit();
            }
        }
    }

    private void DropUnfinished()
    {
        if (Unfinished is { } begun)
        {
            Unhold(begun.Held, begun.Counted);
            Unfinished = null;
        }
    }

    // What the sender counts on this silo is not counted again.
    private void Hold(int bytes, CountedPayload? counted)
    {
        HeldBytes += bytes;
        if (counted is null)
        {
            _account.Update(budget, _ownBytes += bytes);
        }
    }

    private void Unhold(int bytes, CountedPayload? counted)
    {
        HeldBytes = Math.Max(0, HeldBytes - bytes);
        if (counted is null)
        {
            _account.Update(budget, _ownBytes = Math.Max(0, _ownBytes - bytes));
        }
        else
        {
            counted.Release();
        }
    }
}
