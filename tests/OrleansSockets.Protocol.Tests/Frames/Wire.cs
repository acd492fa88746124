using System.Text;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>Frames written byte by byte from the RFC's picture, independent of the encoder, and what a decoder makes of bytes.</summary>
internal static class Wire
{
    public static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    /// <summary>A frame as a client sends it, or with <paramref name="masked"/> false a server.</summary>
    public static byte[] Frame(int opcode, byte[] payload, bool fin = true, int rsv = 0, bool masked = true, int? lengthBytes = null)
    {
        List<byte> bytes = [(byte)((fin ? 0x80 : 0) | (rsv << 4) | opcode)];
        var mask = masked ? 0x80 : 0;
        lengthBytes ??= payload.Length < 126 ? 0 : payload.Length < 65536 ? 2 : 8;
        bytes.Add((byte)(mask | lengthBytes switch { 0 => payload.Length, 2 => 126, _ => 127 }));
        for (var i = lengthBytes.Value - 1; i >= 0; i--)
        {
            bytes.Add((byte)((long)payload.Length >> (8 * i)));
        }

        if (masked)
        {
            bytes.AddRange(Key);
        }

        bytes.AddRange(payload.Select((b, i) => masked ? (byte)(b ^ Key[i % 4]) : b));
        return [.. bytes];
    }

    public static byte[] Text(string text, bool fin = true) => Frame(1, Encoding.UTF8.GetBytes(text), fin);

    public static byte[] Close(int code, string reason = "") =>
        Frame(8, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public static byte[] Join(params byte[][] frames) => [.. frames.SelectMany(f => f)];

    /// <summary>
    /// Decodes bytes that arrive in pieces which end at <paramref name="cuts"/>: whole messages, control frames, the end.
    /// </summary>
    public static List<string> Decode(FrameDecoder decoder, byte[] bytes, params int[] cuts)
    {
        List<string> found = [];
        List<byte> message = [];
        var from = 0;
        foreach (var to in cuts.Append(bytes.Length))
        {
            var input = bytes[from..to].AsSpan();
            from = to;
            while (decoder.TryRead(ref input, out var frame))
            {
                switch (frame.Kind)
                {
                    case FrameKind.MessagePart:
                        Assert.Equal(frame.IsFirst, message.Count == 0 || frame.IsFirst);
                        message.AddRange(frame.Payload);
                        if (frame.IsFinal)
                        {
                            found.Add(Describe(frame.IsText, [.. message]));
                            message.Clear();
                        }

                        break;
                    case FrameKind.Close:
                        found.Add($"close {frame.CloseCode?.ToString() ?? "-"} {frame.CloseReason}");
                        break;
                    case FrameKind.Violation:
                        found.Add($"violation {frame.Violation}");
                        break;
                    default:
                        found.Add($"{frame.Kind} {Convert.ToHexString(frame.Payload)}");
                        break;
                }
            }

            Assert.True(input.IsEmpty);
        }

        return found;
    }

    public static List<string> DecodeAsServer(byte[] bytes, ProtocolChecks checks = ProtocolChecks.Strict, long max = 1 << 20) =>
        Decode(new FrameDecoder(FrameRole.Server, checks, max), bytes);

    private static string Describe(bool isText, byte[] payload)
    {
        var shown = payload.Length > 64 ? $"#{payload.Length} {Checksum(payload)}"
            : isText ? Encoding.UTF8.GetString(payload)
            : Convert.ToHexString(payload);
        return $"{(isText ? "text" : "binary")} {shown}";
    }

    private static uint Checksum(byte[] payload) => payload.Aggregate(17u, (sum, b) => (sum * 31) + b);
}
