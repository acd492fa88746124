using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansSockets.Frames;

/// <summary>The masking of RFC 6455 section 5.3: byte i of a payload is exclusive-ored with byte i modulo 4 of the key.</summary>
internal static class FrameMask
{
    /// <summary>Masks or unmasks <paramref name="data"/> in place.</summary>
    /// <param name="data">A piece of a payload.</param>
    /// <param name="key">The key as in <see cref="FrameHeader.MaskKey"/>.</param>
    /// <param name="offset">Bytes of the payload before this piece; only its remainder by 4 counts.</param>
    public static void Apply(Span<byte> data, uint key, long offset = 0)
    {
        if (key == 0)
        {
            return;
        }

        key = BitOperations.RotateRight(key, (int)(offset & 3) * 8);
        var inMemoryOrder = BitConverter.IsLittleEndian ? key : BinaryPrimitives.ReverseEndianness(key);
        if (Vector.IsHardwareAccelerated && data.Length >= Vector<byte>.Count)
        {
            var wide = Vector.AsVectorByte(new Vector<uint>(inMemoryOrder));
            var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(data);
            for (var i = 0; i < vectors.Length; i++)
            {
                vectors[i] ^= wide;
            }

            data = data[(vectors.Length * Vector<byte>.Count)..];
        }

        // Vectors are whole multiples of the key, so the rest begins at its first byte.
        var words = MemoryMarshal.Cast<byte, uint>(data);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] ^= inMemoryOrder;
        }

        data = data[(words.Length * sizeof(uint))..];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] ^= (byte)(key >> (i * 8));
        }
    }
}
