using System.Buffers;

namespace OrleansSockets.Wire;

/// <summary>Writes the frames of one batch.</summary>
/// <param name="version">The wire version that the receiver understands.</param>
/// <param name="capacity">Bytes to begin with.</param>
internal sealed class LinkBatchWriter(int version, int capacity)
{
    /// <summary>Below it, looking for a payload costs more than writing it again.</summary>
    private const int LeastShared = 256;

    /// <summary>As many as a broadcast of 64 KiB has chunks.</summary>
    private const int Remembered = 4;

    private readonly ArrayBufferWriter<byte> _bytes = new(capacity);
    private readonly (ReadOnlyMemory<byte> Payload, int At)[] _recent = new (ReadOnlyMemory<byte>, int)[Remembered];
    private int _next;

    /// <summary>The wire version.</summary>
    public int Version => version;

    public int Length => _bytes.WrittenCount;

    public int Capacity => _bytes.Capacity;

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Write(in LinkFrame frame)
    {
        var isShareable = version >= WireRange.SharedPayloads && frame.Kind == LinkFrameKind.Data
            && frame.Frame.Payload.Length >= LeastShared;
        if (isShareable && Find(frame.Frame.Payload) is { } at)
        {
            _bytes.Advance(LinkFrameCodec.WriteShared(_bytes.GetSpan(LinkFrameCodec.DataOverhead + sizeof(int)), frame, at));
            return;
        }

        var size = LinkFrameCodec.Measure(frame);
        if (isShareable)
        {
            _recent[_next] = (frame.Frame.Payload, Length + LinkFrameCodec.DataOverhead);
            _next = (_next + 1) % Remembered;
        }

        var bytes = _bytes.GetSpan(size)[..size];
        LinkFrameCodec.Write(bytes, frame);
        if (version == WireRange.Unframed)
        {
            size -= LinkFrameCodec.PrefixSize;
            bytes[LinkFrameCodec.PrefixSize..].CopyTo(bytes);
        }

        _bytes.Advance(size);
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Array.Clear(_recent);
    }

    // The very same bytes, not equal ones: a broadcast hands one payload to all.
    private int? Find(ReadOnlyMemory<byte> payload)
    {
        foreach (var (known, at) in _recent)
        {
            if (known.Equals(payload))
            {
                return at;
            }
        }

        return null;
    }
}
