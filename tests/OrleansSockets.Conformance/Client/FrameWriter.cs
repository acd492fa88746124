using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Client;

/// <summary>Puts a frame into bytes as a client does, masked. It sends what it is told to, valid or not.</summary>
internal static class FrameWriter
{
    private const int KeyLength = 4;

    public static byte[] Write(FrameSpec frame)
    {
        var payload = frame.Payload;
        var lengthBytes = payload.Length < 126 ? 0 : payload.Length <= ushort.MaxValue ? 2 : 8;
        var bytes = new byte[2 + lengthBytes + KeyLength + payload.Length];
        bytes[0] = (byte)((frame.Fin ? 0x80 : 0) | (frame.Rsv << 4) | frame.Opcode);
        bytes[1] = (byte)(0x80 | lengthBytes switch { 0 => payload.Length, 2 => 126, _ => 127 });
        if (lengthBytes == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)payload.Length);
        }
        else if (lengthBytes == 8)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(2), (ulong)payload.Length);
        }

        var key = bytes.AsSpan(2 + lengthBytes, KeyLength);
        RandomNumberGenerator.Fill(key);
        var masked = bytes.AsSpan(2 + lengthBytes + KeyLength);
        for (var i = 0; i < payload.Length; i++)
        {
            masked[i] = (byte)(payload[i] ^ key[i % KeyLength]);
        }

        return bytes;
    }

    public static byte[] Write(IEnumerable<FrameSpec> frames) => [.. frames.SelectMany(Write)];
}
