using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>RFC 6455 section 5.2.</summary>
public class FrameHeaderTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65535, 4)]
    [InlineData(65536, 10)]
    [InlineData(long.MaxValue, 10)]
    public void Write_LengthBorder_ShortestFormThatReadsBack(long payloadLength, int expectedLength)
    {
        foreach (uint? key in new uint?[] { null, 0x3D21FA37 })
        {
            var header = new FrameHeader(Opcode.Binary, payloadLength, key);
            var bytes = new byte[FrameHeader.MaxLength];
            var length = header.Write(bytes);

            Assert.Equal(expectedLength + (key is null ? 0 : 4), length);
            for (var cut = 0; cut < length; cut++)
            {
                Assert.False(FrameHeader.TryRead(bytes.AsSpan(0, cut), out _));
            }

            Assert.True(FrameHeader.TryRead(bytes.AsSpan(0, length), out var read));
            Assert.Equal((ulong)payloadLength, read.PayloadLength);
            Assert.Equal(key ?? 0, read.MaskKey);
            Assert.Equal(key is not null, read.Masked);
            Assert.Equal(length, read.Length);
            Assert.True(read is { Fin: true, Opcode: Opcode.Binary, IsShortestForm: true, Rsv1: false, Rsv2Or3: false, IsControl: false });
        }
    }

    [Fact]
    public void TryRead_ExamplesOfSection57_AsDescribed()
    {
        Assert.True(FrameHeader.TryRead([0x01, 0x03], out var fragment));
        Assert.True(fragment is { Fin: false, Opcode: Opcode.Text, PayloadLength: 3, Masked: false });
        Assert.True(FrameHeader.TryRead([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D], out var masked));
        Assert.True(masked is { Fin: true, Masked: true, MaskKey: 0x3D21FA37, PayloadLength: 5 });
        Assert.True(FrameHeader.TryRead([0x82, 0x7E, 0x01, 0x00], out var binary));
        Assert.Equal(256ul, binary.PayloadLength);
        Assert.True(FrameHeader.TryRead([0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0], out var large));
        Assert.Equal(65536ul, large.PayloadLength);
    }

    [Theory]
    [InlineData("827E007D", false)]
    [InlineData("827E007E", true)]
    [InlineData("827F000000000000FFFF", false)]
    [InlineData("827F0000000000010000", true)]
    public void IsShortestForm_LengthInMoreBytesThanNeeded_False(string hex, bool expected)
    {
        Assert.True(FrameHeader.TryRead(Convert.FromHexString(hex), out var header));
        Assert.Equal(expected, header.IsShortestForm);
    }

    [Fact]
    public void TryRead_EveryFirstByte_FlagsAndOpcode()
    {
        for (var first = 0; first < 256; first++)
        {
            Assert.True(FrameHeader.TryRead([(byte)first, 0], out var header));
            Assert.Equal(first >= 128, header.Fin);
            Assert.Equal((first & 64) != 0, header.Rsv1);
            Assert.Equal((first & 48) != 0, header.Rsv2Or3);
            Assert.Equal(first & 15, (int)header.Opcode);
            Assert.Equal((first & 15) >= 8, header.IsControl);
        }
    }
}
