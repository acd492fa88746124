using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Tests.Strangers;

/// <summary>
/// Frames of a client that are changed in every part: in ways that the RFC allows, so that a connection goes on, and in one that it does
/// not, or may not.
/// </summary>
internal sealed class MutatedFrames(Random random)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Frames written.</summary>
    public int Count { get; private set; }

    /// <summary>Whole messages among them, each of which has an answer.</summary>
    public int Messages { get; private set; }

    /// <summary>What was written since the last call.</summary>
    public byte[] Take()
    {
        var taken = _bytes.WrittenSpan.ToArray();
        _bytes.Clear();
        return taken;
    }

    /// <summary>One to four frames after which the connection is as it was.</summary>
    public void WriteHarmless()
    {
        switch (random.Next(8))
        {
            case 0:
                Write(random.Next(2) == 0 ? Opcode.Ping : Opcode.Pong, Bytes(random.Next(126)));
                break;
            case 1:
                // Where the form of the length changes.
                int[] edges = [0, 1, 125, 126, 127, 128, 255, 256];
                Write(Opcode.Binary, Bytes(edges[random.Next(edges.Length)]));
                Messages++;
                break;
            case 2:
                var isText = random.Next(2) == 0;
                Write(isText ? Opcode.Text : Opcode.Binary, isText ? Text() : Bytes(random.Next(50)), fin: false);
                Write(Opcode.Ping, Bytes(random.Next(20)));
                Write(Opcode.Continuation, [], fin: false);
                if (random.Next(2) == 0)
                {
                    Write(Opcode.Continuation, Text(), fin: false);
                }

                Write(Opcode.Continuation, Text());
                Messages++;
                break;
            case 3 when random.Next(200) == 0:
                Write(Opcode.Binary, Bytes(random.Next(65_530, 65_545)));
                Messages++;
                break;
            case 4 or 5:
                Write(Opcode.Text, Text());
                Messages++;
                break;
            default:
                Write(Opcode.Binary, Bytes(random.Next(100)));
                Messages++;
                break;
        }
    }

    /// <summary>A frame that breaks the connection, or leaves it in the middle of something.</summary>
    public void WriteHarmful()
    {
        var frame = RawClient.Frame(random.Next(2) == 0 ? Opcode.Text : Opcode.Binary, Text());
        switch (random.Next(13))
        {
            case 0:
                frame[0] |= (byte)(random.Next(1, 8) << 4);
                break;
            case 1:
                frame[0] = (byte)(0x80 | (random.Next(2) == 0 ? random.Next(3, 8) : random.Next(11, 16)));
                break;
            case 2:
                frame[1] &= 0x7F;
                break;
            case 3:
                frame = WithLength(frame, random.Next(2) == 0, (ulong)random.Next(126));
                break;
            case 4:
                ulong[] lengths = [126, 65_535, 65_536, int.MaxValue, uint.MaxValue, long.MaxValue, 1UL << 63, ulong.MaxValue];
                frame = WithLength(frame, isShort: false, lengths[random.Next(lengths.Length)]);
                break;
            case 5:
                frame = frame[..random.Next(1, frame.Length)];
                break;
            case 6:
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                }

                break;
            case 7:
                byte[][] broken = [[0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF], [0xFF]];
                frame = RawClient.Frame(Opcode.Text, [.. Text(), .. broken[random.Next(broken.Length)]]);
                break;
            case 8:
                Opcode[] control = [Opcode.Ping, Opcode.Pong, Opcode.Close];
                var isLong = random.Next(2) == 0;
                var payload = Bytes(isLong ? random.Next(126, 1000) : random.Next(20));
                frame = RawClient.Frame(control[random.Next(control.Length)], payload, fin: isLong);
                break;
            case 9:
                frame = RawClient.Frame(Opcode.Continuation, Text(), fin: random.Next(2) == 0);
                break;
            case 10:
                frame = [.. RawClient.Frame(Opcode.Text, Text(), fin: false), .. frame];
                Count++;
                break;
            case 11:
                frame = RawClient.Frame(Opcode.Close, Bytes(random.Next(126)));
                break;
            default:
                frame = Bytes(random.Next(1, 200));
                break;
        }

        _bytes.Write(frame);
        Count++;
    }

    // The same frame with a length of 16 or 64 bits, whatever it says.
    private static byte[] WithLength(byte[] frame, bool isShort, ulong length)
    {
        var field = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(field, length);
        return [frame[0], (byte)(0x80 | (isShort ? 126 : 127)), .. isShort ? field[6..] : field, .. frame[2..]];
    }

    private void Write(Opcode opcode, byte[] payload, bool fin = true)
    {
        _bytes.Write(RawClient.Frame(opcode, payload, fin));
        Count++;
    }

    private byte[] Text() => Encoding.UTF8.GetBytes(new string((char)random.Next(1, 0x3000), random.Next(1, 30)));

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
