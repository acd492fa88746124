using System.Buffers.Binary;

namespace OrleansSockets.Wire;

internal enum LinkReadResult
{
    /// <summary>A frame.</summary>
    Frame,

    /// <summary>One of a kind that this build does not know; nothing is missing without it.</summary>
    Unknown,

    /// <summary>One that cannot be read. Its header, as far as there is one, says whose it is.</summary>
    Unreadable,

    /// <summary>No frame begins here, and nobody knows where the next one does.</summary>
    Cut,

    /// <summary>The batch is over.</summary>
    End,
}

/// <summary>Reads the frames of one batch. One that cannot be read costs no other.</summary>
/// <param name="batch">What <see cref="LinkBatchWriter"/> wrote.</param>
/// <param name="version">The wire version of the batch.</param>
internal ref struct LinkBatchReader(ReadOnlySpan<byte> batch, int version)
{
    private readonly LinkFrameKind _lastKind = version >= WireRange.SharedPayloads ? LinkFrameCodec.SharedData : LinkFrameKind.Missing;
    private readonly int _prefix = version == WireRange.Unframed ? 0 : LinkFrameCodec.PrefixSize;
    private readonly ReadOnlySpan<byte> _batch = batch;
    private Dictionary<int, byte[]>? _payloads;
    private int _at;

    /// <summary>The next one.</summary>
    /// <param name="frame">Frame: it. Unknown and Unreadable: its header. A payload is a copy, and one for all frames of the batch that
    /// share it.</param>
    public LinkReadResult Read(out LinkFrame frame)
    {
        frame = default;
        var rest = _batch[_at..];
        if (rest.IsEmpty)
        {
            return LinkReadResult.End;
        }

        var length = ReadLength(rest);
        if (length < LinkFrameCodec.HeaderSize || length > rest.Length - _prefix)
        {
            _at = _batch.Length;
            return LinkReadResult.Cut;
        }

        var body = rest.Slice(_prefix, length);
        var begin = _at + _prefix;
        _at = begin + length;
        var kind = (LinkFrameKind)body[0];
        if (kind == 0 || kind > _lastKind)
        {
            frame = LinkFrameCodec.ReadHeader(body);
            return LinkReadResult.Unknown;
        }

        try
        {
            frame = kind is LinkFrameKind.Data or LinkFrameCodec.SharedData
                ? LinkFrameCodec.ReadData(body, ReadPayload(body, begin))
                : LinkFrameCodec.ReadControl(body);
            return LinkReadResult.Frame;
        }
        catch (InvalidDataException)
        {
            frame = LinkFrameCodec.ReadHeader(body);
            return LinkReadResult.Unreadable;
        }
    }

    // Below 0: there is none.
    private readonly int ReadLength(ReadOnlySpan<byte> rest) =>
        _prefix == 0 ? LinkFrameCodec.ReadLength(rest)
        : rest.Length >= _prefix ? BinaryPrimitives.ReadInt32LittleEndian(rest)
        : -1;

    private ReadOnlyMemory<byte> ReadPayload(ReadOnlySpan<byte> body, int begin)
    {
        var (length, shared) = LinkFrameCodec.ReadPayload(body);
        var at = shared ?? (begin + LinkFrameCodec.DataOverhead - LinkFrameCodec.PrefixSize);
        var end = shared is null ? begin + body.Length : begin;
        if (length < 0 || at < 0 || at > end - length)
        {
            throw LinkFrameCodec.Malformed();
        }

        if (length == 0)
        {
            return default;
        }

        if (shared is null)
        {
            return _batch.Slice(at, length).ToArray();
        }

        _payloads ??= [];
        if (!_payloads.TryGetValue(at, out var known) || known.Length != length)
        {
            _payloads[at] = known = _batch.Slice(at, length).ToArray();
        }

        return known;
    }
}
