using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace OrleansSockets.Frames;

/// <summary>
/// Writes frames (RFC 6455 section 5). A client gives a mask key, fresh and unpredictable for each frame (section 5.3); a server none.
/// </summary>
internal static class FrameEncoder
{
    // Up to here header and payload are asked for as one span; above, the writer chooses how to cut.
    private const int OneSpan = 4096;

    /// <summary>Writes a frame whose payload is there as a whole.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="opcode">The kind; nothing is checked, so that a test may write what the RFC forbids.</param>
    /// <param name="payload">The payload, unmasked. It is not changed.</param>
    /// <param name="maskKey">The mask of a client's frame, as in <see cref="FrameHeader.MaskKey"/>.</param>
    /// <param name="fin">Whether the frame ends its message.</param>
    public static void Write(IBufferWriter<byte> output, Opcode opcode, ReadOnlySpan<byte> payload, uint? maskKey = null, bool fin = true)
    {
        ArgumentNullException.ThrowIfNull(output);
        var header = new FrameHeader(opcode, payload.Length, maskKey, fin);
        if (payload.Length <= OneSpan)
        {
            var span = output.GetSpan(header.Length + payload.Length);
            output.Advance(Write(span, header, payload));
            return;
        }

        output.Advance(header.Write(output.GetSpan(FrameHeader.MaxLength)));
        for (var offset = 0; offset < payload.Length;)
        {
            var span = output.GetSpan(1);
            var count = Math.Min(span.Length, payload.Length - offset);
            payload.Slice(offset, count).CopyTo(span);
            FrameMask.Apply(span[..count], header.MaskKey, offset);
            output.Advance(count);
            offset += count;
        }
    }

    /// <summary>Writes a frame to the start of <paramref name="destination"/> and returns its length on the wire.</summary>
    public static int Write(Span<byte> destination, Opcode opcode, ReadOnlySpan<byte> payload, uint? maskKey = null, bool fin = true) =>
        Write(destination, new FrameHeader(opcode, payload.Length, maskKey, fin), payload);

    /// <summary>
    /// Writes a Close frame: without payload if <paramref name="code"/> is null, else with the code and the reason whatever they are. A
    /// reason of more than <see cref="CloseReason.MaxBytes"/> bytes makes a control frame that the RFC forbids, as Cloudflare's runtime
    /// does with compatibility dates before 2026-03-03.
    /// </summary>
    public static void WriteClose(IBufferWriter<byte> output, int? code, string? reason, uint? maskKey = null)
    {
        if (code is not { } number)
        {
            Write(output, Opcode.Close, default, maskKey);
            return;
        }

        reason ??= "";
        var length = 2 + Encoding.UTF8.GetByteCount(reason);
        var payload = length <= 256 ? stackalloc byte[256] : new byte[length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)number);
        Encoding.UTF8.GetBytes(reason, payload[2..]);
        Write(output, Opcode.Close, payload[..length], maskKey);
    }

    private static int Write(Span<byte> destination, FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var start = header.Write(destination);
        var body = destination.Slice(start, payload.Length);
        payload.CopyTo(body);
        FrameMask.Apply(body, header.MaskKey);
        return start + payload.Length;
    }
}
