using OrleansSockets.Wire;

namespace OrleansSockets.Streams;

/// <summary>
/// A message of which chunks have arrived and the last one has not. It keeps the chunks and joins them once. Guarded by the pair's lock.
/// </summary>
internal sealed class UnfinishedMessage(CountedPayload? counted)
{
    private const int SmallChunk = 1024;
    private const int FirstBlock = 256;

    private readonly List<ReadOnlyMemory<byte>> _chunks = [];
    private byte[] _block = [];
    private int _blockUsed;
    private int _length;

    /// <summary>The sender's own bytes, on this silo: there is nothing to join, and they are counted already.</summary>
    public CountedPayload? Counted { get; } = counted;

    /// <summary>The number of its last chunk so far.</summary>
    public long Sequence { get; private set; }

    /// <summary>Window bytes that were not given back.</summary>
    public int Credit { get; private set; }

    /// <summary>Window bytes that it took.</summary>
    public int Held { get; private set; }

    /// <summary>The budget is met: its sender gets no credit for now.</summary>
    public bool IsWithheld { get; set; }

    /// <summary>When it was first looked at, as a timestamp; 0: not yet.</summary>
    public long SeenAt { get; set; }

    /// <summary>How long it has waited for its sender alone.</summary>
    public TimeSpan Waited { get; set; }

    public void Add(in PairFrame frame)
    {
        Sequence = frame.Sequence;
        Credit += frame.Cost;
        Held += frame.Cost;
        if (Counted is null)
        {
            Append(frame.Payload);
        }
    }

    public int TakeCredit()
    {
        var credit = Credit;
        Credit = 0;
        return credit;
    }

    /// <summary>The whole message.</summary>
    public ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> last)
    {
        if (Counted is not null)
        {
            return Counted.Memory;
        }

        CloseBlock();
        var whole = GC.AllocateUninitializedArray<byte>(_length + last.Length);
        var rest = whole.AsSpan();
        foreach (var chunk in _chunks)
        {
            chunk.Span.CopyTo(rest);
            rest = rest[chunk.Length..];
        }

        last.Span.CopyTo(rest);
        return whole;
    }

    // A client may send a message in fragments of a byte; each kept by itself would take fifty.
    private void Append(ReadOnlyMemory<byte> chunk)
    {
        _length += chunk.Length;
        if (chunk.Length >= SmallChunk)
        {
            CloseBlock();
            _chunks.Add(chunk);
            return;
        }

        if (_block.Length - _blockUsed < chunk.Length)
        {
            CloseBlock();
            _block = new byte[Math.Max(chunk.Length, Math.Clamp(_length, FirstBlock, PairFrame.MaxChunk))];
        }

        chunk.Span.CopyTo(_block.AsSpan(_blockUsed));
        _blockUsed += chunk.Length;
    }

    private void CloseBlock()
    {
        if (_blockUsed > 0)
        {
            _chunks.Add(_block.AsMemory(0, _blockUsed));
            _block = [];
            _blockUsed = 0;
        }
    }
}
