using System.Buffers;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>Collects the frames of one socket write. Holds memory only while something is in it.</summary>
internal sealed class GatherBuffer : IBufferWriter<byte>
{
    private const int FirstSize = 4096;

    private byte[] _buffer = [];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Count);

    public void Advance(int count) => Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Count + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstSize, _buffer.Length * 2)));
            Written.CopyTo(larger);
            Return();
            _buffer = larger;
        }

        return _buffer.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Clear()
    {
        Count = 0;
        Return();
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
