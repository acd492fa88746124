using System.Buffers.Binary;

namespace OrleansSockets.Frames;

/// <summary>The 2 to 14 bytes before the payload of a frame (RFC 6455 section 5.2).</summary>
/// <remarks>
/// <code>
///  byte 0              byte 1              then, as needed
///  7   6 5 4   3 2 1 0 7      6 5 4 3 2 1 0
/// +---+-------+-------+------+-------------+----------------------+------------+---------
/// |FIN|RSV 1-3| op    | MASK | length 7    | 16 bits if 126       | mask key   | payload
/// |   |       | code  |      | 126 or 127  | 64 bits if 127       | 32 bits    |
/// +---+-------+-------+------+-------------+----------------------+------------+---------
///                                            network byte order     if MASK
/// </code>
/// </remarks>
internal readonly struct FrameHeader
{
    /// <summary>The longest header: two bytes, 64 bits of length, 32 bits of mask.</summary>
    public const int MaxLength = 14;

    private const int FinBit = 0x80;
    private const int MaskBit = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;

    private readonly byte _first;
    private readonly byte _second;

    private FrameHeader(byte first, byte second, ulong payloadLength, uint maskKey)
    {
        _first = first;
        _second = second;
        PayloadLength = payloadLength;
        MaskKey = maskKey;
    }

    /// <summary>A header without reserved bits, in the shortest form for its length.</summary>
    public FrameHeader(Opcode opcode, long payloadLength, uint? maskKey = null, bool fin = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        var shortLength = payloadLength < Length16 ? (int)payloadLength : payloadLength <= ushort.MaxValue ? Length16 : Length64;
        _first = (byte)((fin ? FinBit : 0) | (int)opcode);
        _second = (byte)((maskKey.HasValue ? MaskBit : 0) | shortLength);
        PayloadLength = (ulong)payloadLength;
        MaskKey = maskKey.GetValueOrDefault();
    }

    /// <summary>Whether the frame ends its message.</summary>
    public bool Fin => (_first & FinBit) != 0;

    /// <summary>Reserved bit 1: the message is compressed, if permessage-deflate was negotiated (RFC 7692).</summary>
    public bool Rsv1 => (_first & 0x40) != 0;

    /// <summary>Whether reserved bit 2 or 3 is set: no extension gives them a meaning.</summary>
    public bool Rsv2Or3 => (_first & 0x30) != 0;

    /// <summary>The opcode, possibly one that the RFC does not define.</summary>
    public Opcode Opcode => (Opcode)(_first & 0x0F);

    /// <summary>Whether the opcode is one of a control frame, defined or not.</summary>
    public bool IsControl => (_first & 0x08) != 0;

    /// <summary>Whether the payload is masked with <see cref="MaskKey"/>.</summary>
    public bool Masked => (_second & MaskBit) != 0;

    /// <summary>Bytes of payload that follow; the RFC allows 63 bits.</summary>
    public ulong PayloadLength { get; }

    /// <summary>The four bytes of the mask in the order of the wire, the first one lowest; 0 if not masked.</summary>
    public uint MaskKey { get; }

    /// <summary>Whether the length is written in the fewest bytes that hold it, as section 5.2 demands.</summary>
    public bool IsShortestForm => (_second & 0x7F) switch
    {
        Length16 => PayloadLength >= Length16,
        Length64 => PayloadLength > ushort.MaxValue,
        _ => true,
    };

    /// <summary>Bytes of this header on the wire.</summary>
    public int Length => LengthOf(_second);

    /// <summary>Reads a header from the start of <paramref name="bytes"/>; false if they end before it does.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        var second = bytes[1];
        var length = LengthOf(second);
        if (bytes.Length < length)
        {
            return false;
        }

        var payloadLength = (second & 0x7F) switch
        {
            Length16 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Length64 => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            var shortLength => (ulong)shortLength,
        };
        var maskKey = (second & MaskBit) != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(length - 4)..]) : 0;
        header = new FrameHeader(bytes[0], second, payloadLength, maskKey);
        return true;
    }

    /// <summary>Writes the header and returns its <see cref="Length"/>.</summary>
    public int Write(Span<byte> destination)
    {
        var length = Length;
        destination[0] = _first;
        destination[1] = _second;
        switch (_second & 0x7F)
        {
            case Length16:
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)PayloadLength);
                break;
            case Length64:
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], PayloadLength);
                break;
        }

        if (Masked)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(length - 4)..], MaskKey);
        }

        return length;
    }

    /// <summary>The length that a header announces which begins with a byte and then <paramref name="second"/>.</summary>
    internal static int LengthOf(byte second)
    {
        var extended = (second & 0x7F) switch { Length16 => 2, Length64 => 8, _ => 0 };
        return 2 + extended + ((second & MaskBit) != 0 ? 4 : 0);
    }
}
