using System.Text;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>RFC 6455 sections 5 to 8 in strict mode, and what both modes and roles share.</summary>
public class FrameDecoderTests
{
    public static readonly TheoryData<int> LengthBorders = [0, 1, 125, 126, 127, 65535, 65536];

    [Fact]
    public void TryRead_ExamplesOfSection57_Read()
    {
        var client = new FrameDecoder(FrameRole.Client, ProtocolChecks.Strict, 1000);
        var bytes = Convert.FromHexString("810548656C6C6F" + "010348656C" + "80026C6F" + "890548656C6C6F");
        Assert.Equal(["text Hello", "text Hello", "Ping 48656C6C6F"], Wire.Decode(client, bytes));

        var server = Convert.FromHexString("818537FA213D7F9F4D5158" + "8A8537FA213D7F9F4D5158");
        Assert.Equal(["text Hello", "Pong 48656C6C6F"], Wire.DecodeAsServer(server));
    }

    [Theory]
    [MemberData(nameof(LengthBorders))]
    public void TryRead_LengthBorderCutAtEveryByte_SameMessage(int length)
    {
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        foreach (var role in new[] { FrameRole.Server, FrameRole.Client })
        {
            foreach (var checks in new[] { ProtocolChecks.Strict, ProtocolChecks.Workers })
            {
                var bytes = Wire.Join(
                    Wire.Frame(2, payload, masked: role == FrameRole.Server),
                    Wire.Frame(9, [1], masked: role == FrameRole.Server));
                var expected = Wire.Decode(new FrameDecoder(role, checks, 65536), bytes);
                Assert.Equal(2, expected.Count);

                // Every byte of header and of the ends of the payload; in the long middle a cut is like any other.
                var cuts = Enumerable.Range(0, bytes.Length + 1).Where(i => i < 200 || i > bytes.Length - 30 || i % 4093 == 0);
                foreach (var cut in cuts)
                {
                    Assert.Equal(expected, Wire.Decode(new FrameDecoder(role, checks, 65536), bytes, cut));
                }
            }
        }
    }

    [Fact]
    public void TryRead_ByteByByte_SameAsWhole()
    {
        var bytes = Wire.Join(
            Wire.Text("häl", fin: false), Wire.Frame(9, "ping"u8.ToArray()),
            Wire.Frame(0, [], fin: false), Wire.Frame(0, "lö"u8.ToArray()),
            Wire.Frame(2, new byte[300]), Wire.Frame(10, []), Wire.Text(""), Wire.Close(4001, "bye €"));
        var expected = Wire.DecodeAsServer(bytes);
        Assert.Equal(["Ping 70696E67", "text hällö", expected[2], "Pong ", "text ", "close 4001 bye €"], expected);
        Assert.Equal(expected, Wire.Decode(
            new FrameDecoder(FrameRole.Server, ProtocolChecks.Strict, 1000), bytes, [.. Enumerable.Range(0, bytes.Length)]));
    }

    [Fact]
    public void TryRead_WholeFrame_PayloadIsTheInputsOwnMemory()
    {
        var decoder = new FrameDecoder(FrameRole.Server, ProtocolChecks.Strict, 1000);
        var bytes = Wire.Text("Hello");
        var input = bytes.AsSpan();
        Assert.True(decoder.TryRead(ref input, out var frame));
        Assert.True(frame is { IsText: true, IsFirst: true, IsFinal: true });
        Assert.True(frame.Payload.Overlaps(bytes, out var offset));
        Assert.Equal(-6, offset);
        Assert.False(decoder.IsInsideMessage);
    }

    [Fact]
    public void TryRead_PayloadInPieces_PartsAreMarked()
    {
        var decoder = new FrameDecoder(FrameRole.Server, ProtocolChecks.Strict, 1000);
        var bytes = Wire.Frame(2, [1, 2, 3, 4]);
        List<string> parts = [];
        foreach (var piece in new[] { bytes[..7], bytes[7..9], bytes[9..] })
        {
            var input = piece.AsSpan();
            while (decoder.TryRead(ref input, out var frame))
            {
                parts.Add($"{frame.IsFirst} {frame.IsFinal} {Convert.ToHexString(frame.Payload)}");
            }

            Assert.Equal(parts.Count < 3, decoder.IsInsideMessage);
        }

        Assert.Equal(["True False 01", "False False 0203", "False True 04"], parts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void TryRead_ReservedBits_Violation(int rsv)
    {
        foreach (var opcode in new[] { 0, 1, 2, 8, 9, 10, 3 })
        {
            var found = Assert.Single(Wire.DecodeAsServer(Wire.Frame(opcode, [], rsv: rsv)));
            Assert.Equal("violation 1002 Received frame had RSV bits 2 or 3 set", found);
        }
    }

    [Fact]
    public void TryRead_CompressedWithoutNegotiation_Violation()
    {
        Assert.Equal(
            ["violation 1002 Received compressed frame without negotiated compression"], Wire.DecodeAsServer(Wire.Frame(1, [], rsv: 4)));
    }

    [Fact]
    public void TryRead_UnmaskedToServerOrMaskedToClient_Violation()
    {
        Assert.Equal(["violation 1002 Received frame was not masked"], Wire.DecodeAsServer(Wire.Frame(1, [], masked: false)));
        var client = new FrameDecoder(FrameRole.Client, ProtocolChecks.Strict, 1000);
        Assert.Equal(["violation 1002 Received frame was masked"], Wire.Decode(client, Wire.Frame(1, [])));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    public void TryRead_OpcodeWithoutMeaning_Violation(int opcode)
    {
        foreach (var checks in new[] { ProtocolChecks.Strict, ProtocolChecks.Workers })
        {
            Assert.Equal([$"violation 1002 Unknown opcode {opcode}"], Wire.DecodeAsServer(Wire.Frame(opcode, [1]), checks));
        }
    }

    [Fact]
    public void TryRead_ContinuationOfNothing_Violation()
    {
        Assert.Equal(["violation 1002 Unexpected continuation frame"], Wire.DecodeAsServer(Wire.Frame(0, [])));
        var afterMessage = Wire.Join(Wire.Text("a", fin: false), Wire.Frame(0, []), Wire.Frame(0, []));
        Assert.Equal(["text a", "violation 1002 Unexpected continuation frame"], Wire.DecodeAsServer(afterMessage));
    }

    [Fact]
    public void TryRead_MessageInsideMessage_Violation()
    {
        var bytes = Wire.Join(Wire.Text("a", fin: false), Wire.Text("b"));
        Assert.Equal(["violation 1002 Missing continuation frame"], Wire.DecodeAsServer(bytes));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void TryRead_ControlFrame_NeverFragmentedNeverLong(int opcode)
    {
        Assert.Equal(["violation 1002 Received fragmented control frame"], Wire.DecodeAsServer(Wire.Frame(opcode, [], fin: false)));
        Assert.Equal(
            ["violation 1002 Received control frame with more than 125 bytes"], Wire.DecodeAsServer(Wire.Frame(opcode, new byte[126])));
    }

    [Fact]
    public void TryRead_ControlFrameOf125BytesBetweenFragments_BothRead()
    {
        var bytes = Wire.Join(Wire.Text("a", fin: false), Wire.Frame(9, new byte[125]), Wire.Frame(0, "b"u8.ToArray()));
        Assert.Equal([$"Ping {new string('0', 250)}", "text ab"], Wire.DecodeAsServer(bytes));
    }

    [Fact]
    public void TryRead_CloseBetweenFragments_EndsWithoutTheMessage()
    {
        var bytes = Wire.Join(Wire.Text("a", fin: false), Wire.Close(1000, "x"), Wire.Frame(0, []));
        Assert.Equal(["close 1000 x"], Wire.DecodeAsServer(bytes));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(125, 8)]
    [InlineData(126, 8)]
    [InlineData(65535, 8)]
    public void TryRead_LengthNotInShortestForm_Violation(int length, int lengthBytes)
    {
        Assert.Equal(
            ["violation 1002 Received frame with a length that is not in its shortest form"],
            Wire.DecodeAsServer(Wire.Frame(2, new byte[length], lengthBytes: lengthBytes)));
    }

    [Fact]
    public void TryRead_TopBitOfLengthSet_Violation()
    {
        var header = Convert.FromHexString("82FF8000000000000000" + "01020304");
        Assert.Equal(["violation 1002 Received frame with a length of 64 bits"], Wire.DecodeAsServer(header, max: long.MaxValue));
        Assert.Equal(
            ["violation 1009 Message is too large: 9223372036854775808 > 1048576"], Wire.DecodeAsServer(header, ProtocolChecks.Workers));
    }

    [Theory]
    [InlineData(ProtocolChecks.Strict)]
    [InlineData(ProtocolChecks.Workers)]
    public void TryRead_HeaderAnnouncesTooMuch_ViolationBeforeThePayload(ProtocolChecks checks)
    {
        var header = Convert.FromHexString("81FF000000000210000011223344");
        Assert.Equal(["violation 1009 Message is too large: 34603008 > 33554432"], Wire.DecodeAsServer(header, checks, 33554432));
        Assert.Empty(Wire.DecodeAsServer(header[..^1], checks, 33554432));
    }

    [Fact]
    public void TryRead_SizeLimit_InclusiveAndOverAllFragments()
    {
        Assert.StartsWith("binary", Wire.DecodeAsServer(Wire.Frame(2, new byte[200]), max: 200).Single(), StringComparison.Ordinal);
        Assert.Equal(["violation 1009 Message is too large: 201 > 200"], Wire.DecodeAsServer(Wire.Frame(2, new byte[201]), max: 200));

        var first = Wire.Frame(2, new byte[150], fin: false);
        Assert.StartsWith(
            "binary", Wire.DecodeAsServer(Wire.Join(first, Wire.Frame(0, new byte[50])), max: 200).Single(), StringComparison.Ordinal);
        Assert.Equal(
            ["Ping " + new string('0', 200), "violation 1009 Message is too large: 51 > 50"],
            Wire.DecodeAsServer(Wire.Join(first, Wire.Frame(9, new byte[100]), Wire.Frame(0, new byte[51], fin: false)), max: 200));
        var twice = Wire.Join(Wire.Frame(2, new byte[150]), Wire.Frame(2, new byte[150]));
        Assert.Equal(2, Wire.DecodeAsServer(twice, max: 200).Count);
    }

    [Theory]
    [MemberData(nameof(Utf8ValidatorTests.Valid), MemberType = typeof(Utf8ValidatorTests))]
    public void TryRead_ValidTextInFragmentsCutAtEveryByte_Read(string hex)
    {
        var text = Convert.FromHexString(hex);
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var bytes = Wire.Join(Wire.Frame(1, text[..cut], fin: false), Wire.Frame(9, []), Wire.Frame(0, text[cut..]));
            Assert.Equal(["Ping ", "text " + Encoding.UTF8.GetString(text)], Wire.DecodeAsServer(bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Utf8ValidatorTests.Invalid), MemberType = typeof(Utf8ValidatorTests))]
    public void TryRead_InvalidText_ViolationAtTheEarliestByte(string hex, int hopelessAt)
    {
        var text = Convert.FromHexString(hex);
        var bytes = Wire.Frame(1, [.. text, .. "and more"u8]);
        var upTo = bytes.Length - text.Length - "and more".Length + hopelessAt;
        Assert.Empty(Wire.DecodeAsServer(bytes[..(upTo - 1)]));
        Assert.Equal(["violation 1007 Received text that is not UTF-8"], Wire.DecodeAsServer(bytes[..upTo]));
        Assert.Equal(["violation 1007 Received text that is not UTF-8"], Wire.DecodeAsServer(bytes));
        Assert.Single(Wire.DecodeAsServer(Wire.Frame(2, text)), found => found.StartsWith("binary", StringComparison.Ordinal));
    }

    [Fact]
    public void TryRead_TextThatEndsInsideACharacter_Violation()
    {
        Assert.Equal(["violation 1007 Received text that is not UTF-8"], Wire.DecodeAsServer(Wire.Frame(1, [0x61, 0xE2, 0x82])));
        var empty = Wire.Join(Wire.Frame(1, [0xE2, 0x82], fin: false), Wire.Frame(0, []));
        Assert.Equal(["violation 1007 Received text that is not UTF-8"], Wire.DecodeAsServer(empty));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009)]
    [InlineData(1010)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    public void TryRead_CloseWithGoodCode_Read(int code)
    {
        Assert.Equal([$"close {code} gründe"], Wire.DecodeAsServer(Wire.Close(code, "gründe")));
        Assert.Equal([$"close {code} "], Wire.DecodeAsServer(Wire.Close(code)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(1016)]
    [InlineData(1100)]
    [InlineData(2000)]
    [InlineData(2999)]
    [InlineData(5000)]
    [InlineData(65535)]
    public void TryRead_CloseWithReservedCode_ViolationOnlyInStrictMode(int code)
    {
        Assert.Equal([$"violation 1002 Received Close frame with the invalid code {code}"], Wire.DecodeAsServer(Wire.Close(code)));
        Assert.Equal([$"close {code} weird"], Wire.DecodeAsServer(Wire.Close(code, "weird"), ProtocolChecks.Workers));
    }

    [Fact]
    public void TryRead_CloseWithoutPayload_NoCode()
    {
        Assert.Equal(["close - "], Wire.DecodeAsServer(Wire.Frame(8, [])));
    }

    [Fact]
    public void TryRead_ClosePayloadOfOneByte_ViolationOnlyInStrictMode()
    {
        Assert.Equal(["violation 1002 Received Close frame with a payload of one byte"], Wire.DecodeAsServer(Wire.Frame(8, [120])));
        Assert.Equal(["close - "], Wire.DecodeAsServer(Wire.Frame(8, [120]), ProtocolChecks.Workers));
    }

    [Fact]
    public void TryRead_CloseReasonNotUtf8_ViolationOnlyInStrictMode()
    {
        byte[] payload = [0x03, 0xE8, 0x61, 0xFF];
        Assert.Equal(["violation 1007 Received close reason that is not UTF-8"], Wire.DecodeAsServer(Wire.Frame(8, payload)));
        Assert.Equal(["close 1000 a\uFFFD"], Wire.DecodeAsServer(Wire.Frame(8, payload), ProtocolChecks.Workers));
    }

    [Fact]
    public void TryRead_CloseReasonOf123Bytes_Read()
    {
        var reason = new string('r', 123);
        Assert.Equal([$"close 1000 {reason}"], Wire.DecodeAsServer(Wire.Close(1000, reason)));
    }

    [Fact]
    public void TryRead_AfterCloseOrViolation_AllIsDiscarded()
    {
        var afterClose = Wire.Join(Wire.Close(1000), Wire.Text("late"), Wire.Close(1001), Wire.Frame(3, []));
        Assert.Equal(["close 1000 "], Wire.DecodeAsServer(afterClose));
        var decoder = new FrameDecoder(FrameRole.Server, ProtocolChecks.Strict, 1000);
        var afterViolation = Wire.Join(Wire.Frame(3, []), Wire.Text("late"));
        Assert.Single(Wire.Decode(decoder, afterViolation, 3, 8));
        Assert.True(decoder.IsEnded);
        Assert.Empty(Wire.Decode(decoder, Wire.Text("later")));
    }

    [Theory]
    [InlineData(1002, WebSocketPairErrorKind.ProtocolError)]
    [InlineData(1007, WebSocketPairErrorKind.ProtocolError)]
    [InlineData(1009, WebSocketPairErrorKind.MessageTooLarge)]
    public void Kind_OfViolation_FollowsTheCode(int code, WebSocketPairErrorKind kind)
    {
        Assert.Equal(kind, new FrameViolation(code, "").Kind);
    }
}
