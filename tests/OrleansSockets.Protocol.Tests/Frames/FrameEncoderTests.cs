using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

public class FrameEncoderTests
{
    private static readonly uint Key = BinaryPrimitives.ReadUInt32LittleEndian(Wire.Key);

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(200_001)]
    public void Write_LengthBorder_SameBytesAsByHand(int length)
    {
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        foreach (var masked in new[] { false, true })
        {
            var output = new ArrayBufferWriter<byte>();
            FrameEncoder.Write(output, Opcode.Binary, payload, masked ? Key : null);
            Assert.Equal(Wire.Frame(2, payload, masked: masked), output.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void Write_WriterThatGivesSmallSpans_MaskGoesOn()
    {
        var payload = new byte[10_000];
        new Random(1).NextBytes(payload);
        var output = new ArrayBufferWriter<byte>(1);
        FrameEncoder.Write(new Stingy(output), Opcode.Binary, payload, Key);
        Assert.Equal(Wire.Frame(2, payload), output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Write_PayloadOfClient_IsNotChanged()
    {
        var payload = "Hello"u8.ToArray();
        var frame = new byte[11];
        Assert.Equal(11, FrameEncoder.Write(frame, Opcode.Text, payload, Key));
        Assert.Equal("Hello"u8.ToArray(), payload);
        Assert.Equal("818537FA213D7F9F4D5158", Convert.ToHexString(frame));
    }

    [Theory]
    [InlineData(null, null, "8800")]
    [InlineData(1000, "", "880203E8")]
    [InlineData(1000, null, "880203E8")]
    [InlineData(999, "weird", "880703E77765697264")]
    [InlineData(65535, "", "8802FFFF")]
    public void WriteClose_AnyCode_AsItIs(int? code, string? reason, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameEncoder.WriteClose(output, code, reason);
        Assert.Equal(expected, Convert.ToHexString(output.WrittenSpan));
    }

    [Theory]
    [InlineData(123)]
    [InlineData(124)]
    [InlineData(200)]
    [InlineData(70_000)]
    public void WriteClose_LongReason_IsSentAllTheSame(int length)
    {
        var reason = new string('r', length);
        var output = new ArrayBufferWriter<byte>();
        FrameEncoder.WriteClose(output, 1000, reason, Key);
        Assert.Equal(Wire.Close(1000, reason), output.WrittenSpan.ToArray());
    }

    [Fact]
    public void WriteClose_LoneSurrogate_OneReplacementCharacter()
    {
        var output = new ArrayBufferWriter<byte>();
        FrameEncoder.WriteClose(output, 1000, "a\uD800b");
        Assert.Equal("a\uFFFDb", Encoding.UTF8.GetString(output.WrittenSpan[4..]));
    }

    private sealed class Stingy(ArrayBufferWriter<byte> inner) : IBufferWriter<byte>
    {
        public void Advance(int count) => inner.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(Math.Max(sizeHint, 7))[..Math.Max(sizeHint, 7)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
