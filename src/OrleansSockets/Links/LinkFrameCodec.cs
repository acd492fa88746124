using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OrleansSockets.Pairs;

namespace OrleansSockets.Links;

/// <summary>
/// The bytes of a link frame, little-endian:
/// <code>
/// kind (1) | flags (1) | pair (16) | body
/// Data     sequence (8) | code (4) | length (4) | payload
/// Credit   consumed (8) | window (4)
/// View     epoch (8 + 16) | version (8) | consumed (8) | window (4) | owner | host
/// Epoch    epoch (24) | owner
/// others   epoch (24)
/// </code>
/// An address is its length (2) and its text; length 0 is none.
/// </summary>
internal static class LinkFrameCodec
{
    private const int HeaderSize = 18;
    private const byte SideFlag = 1;
    private const byte ToOwnerFlag = 2;
    private const byte FirstFlag = 4;
    private const byte LastFlag = 8;
    private const byte FinishedFlag = 4;
    private const byte LostFlag = 8;
    private const int FrameKindShift = 4;

    public static void Write(IBufferWriter<byte> output, in LinkFrame frame)
    {
        switch (frame.Kind)
        {
            case LinkFrameKind.Data:
                WriteData(output, frame);
                break;
            case LinkFrameKind.Credit:
                var credit = Begin(output, frame, 12, ViewFlags(frame.View));
                BinaryPrimitives.WriteInt64LittleEndian(credit, frame.View.Consumed);
                BinaryPrimitives.WriteInt32LittleEndian(credit[8..], frame.View.Window);
                output.Advance(HeaderSize + 12);
                break;
            case LinkFrameKind.View:
                WriteEpoch(Begin(output, frame, 24, ViewFlags(frame.View)), frame.Epoch);
                output.Advance(HeaderSize + 24);
                var view = output.GetSpan(20);
                BinaryPrimitives.WriteInt64LittleEndian(view, frame.View.Version);
                BinaryPrimitives.WriteInt64LittleEndian(view[8..], frame.View.Consumed);
                BinaryPrimitives.WriteInt32LittleEndian(view[16..], frame.View.Window);
                output.Advance(20);
                WriteAddress(output, frame.Owner);
                WriteAddress(output, frame.View.Host);
                break;
            default:
                WriteEpoch(Begin(output, frame, 24, 0), frame.Epoch);
                output.Advance(HeaderSize + 24);
                if (frame.Kind == LinkFrameKind.Epoch)
                {
                    WriteAddress(output, frame.Owner);
                }

                break;
        }
    }

    /// <summary>Reads one frame and cuts it off <paramref name="input"/>; the payload is copied.</summary>
    /// <exception cref="InvalidDataException">The bytes are no link frames.</exception>
    public static LinkFrame Read(ref ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderSize)
        {
            throw Malformed();
        }

        var kind = (LinkFrameKind)input[0];
        var flags = input[1];
        var frame = new LinkFrame
        {
            Kind = kind,
            Side = flags & SideFlag,
            ToOwner = (flags & ToOwnerFlag) != 0,
            Pair = new PairId(MemoryMarshal.Read<Guid>(input[2..])),
        };
        input = input[HeaderSize..];
        switch (kind)
        {
            case LinkFrameKind.Data:
                return frame with { Frame = ReadData(ref input, flags) };
            case LinkFrameKind.Credit:
                var consumed = BinaryPrimitives.ReadInt64LittleEndian(Take(ref input, 8));
                var window = BinaryPrimitives.ReadInt32LittleEndian(Take(ref input, 4));
                return frame with { View = new PeerView(0, null, consumed, window, (flags & FinishedFlag) != 0, false) };
            case LinkFrameKind.View:
                frame = frame with { Epoch = ReadEpoch(ref input) };
                var numbers = Take(ref input, 20);
                var owner = ReadAddress(ref input);
                var view = new PeerView(
                    BinaryPrimitives.ReadInt64LittleEndian(numbers),
                    ReadAddress(ref input),
                    BinaryPrimitives.ReadInt64LittleEndian(numbers[8..]),
                    BinaryPrimitives.ReadInt32LittleEndian(numbers[16..]),
                    (flags & FinishedFlag) != 0,
                    (flags & LostFlag) != 0);
                return frame with { Owner = owner, View = view };
            case LinkFrameKind.Epoch:
                return frame with { Epoch = ReadEpoch(ref input), Owner = ReadAddress(ref input) };
            case LinkFrameKind.Stale or LinkFrameKind.Leaving or LinkFrameKind.Detach or LinkFrameKind.Missing:
                return frame with { Epoch = ReadEpoch(ref input) };
            default:
                throw Malformed();
        }
    }

    private static void WriteData(IBufferWriter<byte> output, in LinkFrame frame)
    {
        var data = frame.Frame.Payload;
        var length = data.Length;
        var flags = (byte)((frame.Frame.First ? FirstFlag : 0) | (frame.Frame.Last ? LastFlag : 0) | ((int)frame.Frame.Kind << FrameKindShift));
        var span = Begin(output, frame, 16 + length, flags);
        BinaryPrimitives.WriteInt64LittleEndian(span, frame.Frame.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], frame.Frame.Code);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], length);
        data.Span.CopyTo(span[16..]);
        output.Advance(HeaderSize + 16 + length);
    }

    private static PairFrame ReadData(ref ReadOnlySpan<byte> input, byte flags)
    {
        var head = Take(ref input, 16);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[12..]);
        var kind = (PairFrameKind)(flags >> FrameKindShift);
        if (length < 0 || kind > PairFrameKind.Abort)
        {
            throw Malformed();
        }

        return new PairFrame(
            BinaryPrimitives.ReadInt64LittleEndian(head),
            kind,
            (flags & FirstFlag) != 0,
            (flags & LastFlag) != 0,
            BinaryPrimitives.ReadInt32LittleEndian(head[8..]),
            length == 0 ? default(ReadOnlyMemory<byte>) : Take(ref input, length).ToArray());
    }

    private static Span<byte> Begin(IBufferWriter<byte> output, in LinkFrame frame, int body, byte flags)
    {
        var span = output.GetSpan(HeaderSize + body);
        span[0] = (byte)frame.Kind;
        span[1] = (byte)(flags | (frame.Side == 1 ? SideFlag : 0) | (frame.ToOwner ? ToOwnerFlag : 0));
        MemoryMarshal.Write(span[2..], frame.Pair.Value);
        return span[HeaderSize..];
    }

    private static byte ViewFlags(in PeerView view) => (byte)((view.ReadsNoMore ? FinishedFlag : 0) | (view.Lost ? LostFlag : 0));

    private static void WriteEpoch(Span<byte> span, PairEpoch epoch)
    {
        BinaryPrimitives.WriteInt64LittleEndian(span, epoch.Counter);
        MemoryMarshal.Write(span[8..], epoch.Activation);
    }

    private static PairEpoch ReadEpoch(ref ReadOnlySpan<byte> input)
    {
        var span = Take(ref input, 24);
        return new PairEpoch(BinaryPrimitives.ReadInt64LittleEndian(span), MemoryMarshal.Read<Guid>(span[8..]));
    }

    private static void WriteAddress(IBufferWriter<byte> output, SiloAddress? address)
    {
        var text = address is null ? [] : Encoding.UTF8.GetBytes(address.ToParsableString());
        var span = output.GetSpan(2 + text.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)text.Length);
        text.CopyTo(span[2..]);
        output.Advance(2 + text.Length);
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

    private static InvalidDataException Malformed() => new("A batch of another silo holds bytes that are no link frame.");
}
