using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OrleansSockets.Rules;

namespace OrleansSockets.Wire;

/// <summary>
/// The bytes of a link frame, little-endian. The length counts what is behind it; what a later version adds behind a body is not read. In
/// version 0 there is no length in front.
/// <code>
/// length (4) | kind (1) | flags (1) | pair (16) | body
/// Data     sequence (8) | code (4) | length (4) | payload
/// Credit   consumed (8) | window (4)
/// View     epoch (8 + 16) | version (8) | consumed (8) | window (4) | owner | host
/// Epoch    epoch (24) | owner
/// Stale, Leaving, Detach, Missing   epoch (24)
/// from version 2:
/// SharedData   sequence (8) | code (4) | length (4) | where the payload begins in the batch (4)
/// </code>
/// An address is its length (2) and its text; length 0 is none.
/// </summary>
internal static class LinkFrameCodec
{
    /// <summary>Of a frame's length.</summary>
    public const int PrefixSize = 4;

    /// <summary>Kind, flags and pair.</summary>
    public const int HeaderSize = 18;

    /// <summary>What is in front of the payload of a Data frame, its prefix included.</summary>
    public const int DataOverhead = PrefixSize + HeaderSize + DataSize;

    /// <summary>A Data frame whose payload is in the batch already. It never leaves the codec: whoever reads gets a Data frame.</summary>
    public const LinkFrameKind SharedData = (LinkFrameKind)9;

    private const int DataSize = 16;
    private const int CreditSize = 12;
    private const int EpochSize = 24;
    private const int ViewSize = EpochSize + 20;
    private const byte SideFlag = 1;
    private const byte ToOwnerFlag = 2;
    private const byte FirstFlag = 4;
    private const byte LastFlag = 8;
    private const byte FinishedFlag = 4;
    private const byte LostFlag = 8;
    private const int FrameKindShift = 4;

    /// <summary>The bytes that <see cref="Write"/> needs.</summary>
    public static int Measure(in LinkFrame frame) => PrefixSize + HeaderSize + frame.Kind switch
    {
        LinkFrameKind.Data => DataSize + frame.Frame.Payload.Length,
        LinkFrameKind.Credit => CreditSize,
        LinkFrameKind.View => ViewSize + Measure(frame.Owner) + Measure(frame.View.Host),
        LinkFrameKind.Epoch => EpochSize + Measure(frame.Owner),
        _ => EpochSize,
    };

    public static void Write(Span<byte> output, in LinkFrame frame)
    {
        var body = WriteHeader(output, frame.Kind, frame);
        switch (frame.Kind)
        {
            case LinkFrameKind.Data:
                WriteData(body, frame.Frame);
                frame.Frame.Payload.Span.CopyTo(body[DataSize..]);
                break;
            case LinkFrameKind.Credit:
                BinaryPrimitives.WriteInt64LittleEndian(body, frame.View.Consumed);
                BinaryPrimitives.WriteInt32LittleEndian(body[8..], frame.View.Window);
                break;
            case LinkFrameKind.View:
                WriteEpoch(body, frame.Epoch);
                BinaryPrimitives.WriteInt64LittleEndian(body[EpochSize..], frame.View.Version);
                BinaryPrimitives.WriteInt64LittleEndian(body[(EpochSize + 8)..], frame.View.Consumed);
                BinaryPrimitives.WriteInt32LittleEndian(body[(EpochSize + 16)..], frame.View.Window);
                WriteAddress(body[(ViewSize + WriteAddress(body[ViewSize..], frame.Owner))..], frame.View.Host);
                break;
            default:
                WriteEpoch(body, frame.Epoch);
                if (frame.Kind == LinkFrameKind.Epoch)
                {
                    WriteAddress(body[EpochSize..], frame.Owner);
                }

                break;
        }
    }

    /// <summary>Writes a Data frame without its payload, which begins at <paramref name="payload"/> in the same batch.</summary>
    /// <returns>Its length.</returns>
    public static int WriteShared(Span<byte> output, in LinkFrame frame, int payload)
    {
        const int Size = DataOverhead + 4;
        var body = WriteHeader(output[..Size], SharedData, frame);
        WriteData(body, frame.Frame);
        BinaryPrimitives.WriteInt32LittleEndian(body[DataSize..], payload);
        return Size;
    }

    /// <summary>The length of the first frame, from what it says. Below 0: no frame of version 0 begins here.</summary>
    /// <param name="input">Frames without their lengths.</param>
    public static int ReadLength(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize)
        {
            return -1;
        }

        return (LinkFrameKind)input[0] switch
        {
            LinkFrameKind.Data => ReadEnd(input, HeaderSize + DataSize - 4, 4),
            LinkFrameKind.Credit => HeaderSize + CreditSize,
            LinkFrameKind.View => ReadEnd(input, ReadEnd(input, HeaderSize + ViewSize, 2), 2),
            LinkFrameKind.Epoch => ReadEnd(input, HeaderSize + EpochSize, 2),
            >= LinkFrameKind.Stale and <= LinkFrameKind.Missing => HeaderSize + EpochSize,
            _ => -1,
        };

        static int ReadEnd(ReadOnlySpan<byte> input, int at, int size)
        {
            if (at < 0 || at > input.Length - size)
            {
                return -1;
            }

            input = input[at..];
            var length = size == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(input) : BinaryPrimitives.ReadInt32LittleEndian(input);
            return length < 0 || length > input.Length - size ? -1 : at + size + length;
        }
    }

    /// <summary>Reads what all kinds have.</summary>
    /// <param name="input">The frame, without its length: <see cref="HeaderSize"/> bytes or more.</param>
    public static LinkFrame ReadHeader(ReadOnlySpan<byte> input) => new()
    {
        Kind = (LinkFrameKind)input[0],
        Side = (Side)(input[1] & SideFlag),
        ToOwner = (input[1] & ToOwnerFlag) != 0,
        Pair = new PairId(MemoryMarshal.Read<Guid>(input[2..])),
    };

    /// <summary>Reads a Data frame, with a payload of its own or a shared one. Nearly all frames are: it copies nothing twice.</summary>
    /// <param name="input">The frame, without its length.</param>
    /// <param name="payload">Its payload; see <see cref="ReadPayload"/>.</param>
    /// <exception cref="InvalidDataException">The bytes are no such frame.</exception>
    public static LinkFrame ReadData(ReadOnlySpan<byte> input, ReadOnlyMemory<byte> payload)
    {
        var flags = input[1];
        var kind = (PairFrameKind)(flags >> FrameKindShift);
        var body = input[HeaderSize..];
        if (kind > PairFrameKind.Abort || body.Length < DataSize)
        {
            throw Malformed();
        }

        return new()
        {
            Kind = LinkFrameKind.Data,
            Side = (Side)(flags & SideFlag),
            ToOwner = (flags & ToOwnerFlag) != 0,
            Pair = new PairId(MemoryMarshal.Read<Guid>(input[2..])),
            Frame = new PairFrame(
                BinaryPrimitives.ReadInt64LittleEndian(body),
                kind,
                (flags & FirstFlag) != 0,
                (flags & LastFlag) != 0,
                BinaryPrimitives.ReadInt32LittleEndian(body[8..]),
                payload),
        };
    }

    /// <summary>Reads a frame of another kind that is known.</summary>
    /// <param name="input">The frame, without its length.</param>
    /// <exception cref="InvalidDataException">The bytes are no such frame.</exception>
    public static LinkFrame ReadControl(ReadOnlySpan<byte> input)
    {
        var frame = ReadHeader(input);
        var flags = input[1];
        input = input[HeaderSize..];
        switch (frame.Kind)
        {
            case LinkFrameKind.Credit:
                var consumed = BinaryPrimitives.ReadInt64LittleEndian(Take(ref input, 8));
                var window = BinaryPrimitives.ReadInt32LittleEndian(Take(ref input, 4));
                return frame with { View = new PeerView(0, null, consumed, window, (flags & FinishedFlag) != 0, false) };
            case LinkFrameKind.View:
                var epoch = ReadEpoch(ref input);
                var numbers = Take(ref input, ViewSize - EpochSize);
                var owner = ReadAddress(ref input);
                var view = new PeerView(
                    BinaryPrimitives.ReadInt64LittleEndian(numbers),
                    ReadAddress(ref input),
                    BinaryPrimitives.ReadInt64LittleEndian(numbers[8..]),
                    BinaryPrimitives.ReadInt32LittleEndian(numbers[16..]),
                    (flags & FinishedFlag) != 0,
                    (flags & LostFlag) != 0);
                return frame with { Epoch = epoch, Owner = owner ?? throw Malformed(), View = view };
            case LinkFrameKind.Epoch:
                return frame with { Epoch = ReadEpoch(ref input), Owner = ReadAddress(ref input) ?? throw Malformed() };
            default:
                return frame with { Epoch = ReadEpoch(ref input) };
        }
    }

    /// <summary>The length of the payload of a Data frame, and for a shared one, where it begins in the batch.</summary>
    /// <param name="input">The frame, without its length.</param>
    public static (int Length, int? At) ReadPayload(ReadOnlySpan<byte> input)
    {
        var isShared = (LinkFrameKind)input[0] == SharedData;
        input = input[HeaderSize..];
        var length = BinaryPrimitives.ReadInt32LittleEndian(Take(ref input, DataSize)[12..]);
        return (length, isShared ? BinaryPrimitives.ReadInt32LittleEndian(Take(ref input, 4)) : null);
    }

    public static InvalidDataException Malformed() => new("The bytes are no link frame.");

    private static Span<byte> WriteHeader(Span<byte> output, LinkFrameKind kind, in LinkFrame frame)
    {
        var flags = (frame.Side == Side.Server ? SideFlag : 0) | (frame.ToOwner ? ToOwnerFlag : 0) | frame.Kind switch
        {
            LinkFrameKind.Data =>
                (frame.Frame.First ? FirstFlag : 0) | (frame.Frame.Last ? LastFlag : 0) | ((int)frame.Frame.Kind << FrameKindShift),
            LinkFrameKind.Credit or LinkFrameKind.View => (frame.View.ReadsNoMore ? FinishedFlag : 0) | (frame.View.Lost ? LostFlag : 0),
            _ => 0,
        };
        BinaryPrimitives.WriteInt32LittleEndian(output, output.Length - PrefixSize);
        output[PrefixSize] = (byte)kind;
        output[PrefixSize + 1] = (byte)flags;
        MemoryMarshal.Write(output[(PrefixSize + 2)..], frame.Pair.Value);
        return output[(PrefixSize + HeaderSize)..];
    }

    private static void WriteData(Span<byte> body, in PairFrame frame)
    {
        BinaryPrimitives.WriteInt64LittleEndian(body, frame.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(body[8..], frame.Code);
        BinaryPrimitives.WriteInt32LittleEndian(body[12..], frame.Payload.Length);
    }

    private static void WriteEpoch(Span<byte> span, PairEpoch epoch)
    {
        BinaryPrimitives.WriteInt64LittleEndian(span, epoch.Counter);
        MemoryMarshal.Write(span[8..], epoch.Activation);
    }

    private static PairEpoch ReadEpoch(ref ReadOnlySpan<byte> input)
    {
        var span = Take(ref input, EpochSize);
        return new PairEpoch(BinaryPrimitives.ReadInt64LittleEndian(span), MemoryMarshal.Read<Guid>(span[8..]));
    }

    private static int Measure(SiloAddress? address) => 2 + (address is null ? 0 : Encoding.UTF8.GetByteCount(address.ToParsableString()));

    private static int WriteAddress(Span<byte> span, SiloAddress? address)
    {
        var length = address is null ? 0 : Encoding.UTF8.GetBytes(address.ToParsableString(), span[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)length);
        return 2 + length;
    }

    private static SiloAddress? ReadAddress(ref ReadOnlySpan<byte> input)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref input, 2));
        if (length == 0)
        {
            return null;
        }

        return SiloAddress.TryParse(Encoding.UTF8.GetString(Take(ref input, length)), null, out var address) ? address : throw Malformed();
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> input, int count)
    {
        if (input.Length < count)
        {
            throw Malformed();
        }

        var taken = input[..count];
        input = input[count..];
        return taken;
    }
}
