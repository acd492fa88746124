using System.Buffers.Binary;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>RFC 6455 section 5.3.</summary>
public class FrameMaskTests
{
    private static readonly uint Key = BinaryPrimitives.ReadUInt32LittleEndian(Wire.Key);

    [Fact]
    public void Apply_EveryLengthAlignmentAndOffset_SameAsByteByByte()
    {
        for (var length = 0; length < 150; length++)
        {
            for (var start = 0; start < 4; start++)
            {
                for (var offset = 0; offset < 5; offset++)
                {
                    var data = Enumerable.Range(7, start + length).Select(i => (byte)(i * 5)).ToArray();
                    var expected = data.Select((b, i) => i < start ? b : (byte)(b ^ Wire.Key[(i - start + offset) % 4])).ToArray();
                    FrameMask.Apply(data.AsSpan(start), Key, offset);
                    Assert.Equal(expected, data);
                }
            }
        }
    }

    [Fact]
    public void Apply_Twice_Restores()
    {
        var data = "Hello, masked world"u8.ToArray();
        FrameMask.Apply(data, Key, long.MaxValue);
        FrameMask.Apply(data, Key, long.MaxValue);
        Assert.Equal("Hello, masked world"u8.ToArray(), data);
    }
}
