using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>What Cloudflare's runtime lets pass, and how it names what it does not.</summary>
public class WorkersChecksTests
{
    [Fact]
    public void TryRead_MaskedAndUnmasked_BothTaken()
    {
        var bytes = Wire.Join(Wire.Text("a"), Wire.Frame(1, "b"u8.ToArray(), masked: false));
        foreach (var role in new[] { FrameRole.Server, FrameRole.Client })
        {
            Assert.Equal(["text a", "text b"], Wire.Decode(new FrameDecoder(role, ProtocolChecks.Workers, 1000), bytes));
        }
    }

    [Fact]
    public void TryRead_TextNotUtf8_ReplacedWhereDecoded()
    {
        Assert.Equal(["text a\uFFFDb"], Decode(Wire.Frame(1, [0x61, 0xFF, 0x62])));
    }

    [Fact]
    public void TryRead_LongControlFrameCutAnywhere_Taken()
    {
        var reason = new string('r', 300);
        var bytes = Wire.Join(Wire.Frame(9, new byte[126]), Wire.Close(1000, reason));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal(
                ["Ping " + new string('0', 252), $"close 1000 {reason}"],
                Wire.Decode(new FrameDecoder(FrameRole.Server, ProtocolChecks.Workers, 1000), bytes, cut));
        }
    }

    [Fact]
    public void TryRead_CloseThatSpells1005Out_NoCode()
    {
        Assert.Equal(["close - "], Decode(Wire.Close(1005)));
    }

    [Fact]
    public void TryRead_LengthNotInShortestForm_Taken()
    {
        Assert.Equal(["text a", "binary 0102"], Decode(Wire.Join(
            Wire.Frame(1, "a"u8.ToArray(), lengthBytes: 8), Wire.Frame(2, [1, 2], lengthBytes: 2))));
    }

    [Theory]
    [InlineData(1, 2, true, "Received frame had RSV bits 2 or 3 set")]
    [InlineData(1, 6, true, "Received frame had RSV bits 2 or 3 set")]
    [InlineData(9, 1, false, "Received frame had RSV bits 2 or 3 set")]
    [InlineData(0, 4, true, "Unexpected continuation frame")]
    [InlineData(9, 4, false, "Received fragmented control frame")]
    [InlineData(3, 4, true,
        "Received a WebSocket frame whose compression bit was set, but the compression extension was not negotiated for this connection.")]
    [InlineData(3, 0, true, "Unknown opcode 3")]
    public void TryRead_SeveralViolationsInOneHeader_NamedInTheRuntimesOrder(int opcode, int rsv, bool fin, string text)
    {
        Assert.Equal([$"violation 1002 {text}"], Decode(Wire.Frame(opcode, [], fin, rsv)));
    }

    [Fact]
    public void TryRead_MissingContinuation_Violation()
    {
        Assert.Equal(["violation 1002 Missing continuation frame"], Decode(Wire.Join(Wire.Text("a", fin: false), Wire.Text("b"))));
    }

    private static List<string> Decode(byte[] bytes) => Wire.DecodeAsServer(bytes, ProtocolChecks.Workers);
}
