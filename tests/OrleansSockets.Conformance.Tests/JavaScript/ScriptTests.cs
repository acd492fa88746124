using OrleansSockets.Conformance.JavaScript;
using OrleansSockets.Conformance.Json;
using Xunit;

namespace OrleansSockets.Conformance.Tests.JavaScript;

public class ScriptTests
{
    [Theory]
    [InlineData("42", "42")]
    [InlineData("3.5", "3.5")]
    [InlineData("-0.25", "-0.25")]
    [InlineData("1e21", "1e+21")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1.5e-7", "1.5e-7")]
    [InlineData("-0", "0")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("\"\"", "")]
    [InlineData("{\"a\":1}", "[object Object]")]
    [InlineData("[1,[2,null],{}]", "1,2,,[object Object]")]
    public void SentAs_OfAValue_IsItsText(string value, string expected)
    {
        Assert.Equal(expected, Script.SentAs(JsonReader.Read(value)));
    }

    [Fact]
    public void SentAs_OfWhatNoJsonHolds_IsItsText()
    {
        Assert.Equal("undefined", Script.SentAs(Script.Undefined));
        Assert.Equal("[object Blob]", Script.SentAs(new Script.Blob(3)));
        Assert.Equal(new byte[] { 1 }, Script.SentAs(new byte[] { 1 }));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("{\"other\":1}", null)]
    [InlineData("{\"allowHalfOpen\":true}", true)]
    [InlineData("{\"allowHalfOpen\":1}", true)]
    [InlineData("{\"allowHalfOpen\":\"no\"}", true)]
    [InlineData("{\"allowHalfOpen\":{}}", true)]
    [InlineData("{\"allowHalfOpen\":false}", false)]
    [InlineData("{\"allowHalfOpen\":0}", false)]
    [InlineData("{\"allowHalfOpen\":\"\"}", false)]
    [InlineData("{\"allowHalfOpen\":null}", false)]
    public void AllowHalfOpen_OfOptions_IsTheirTruth(string options, bool? expected)
    {
        Assert.Equal(expected, Script.AllowHalfOpen(JsonReader.Read(options)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("\"x\"")]
    public void AllowHalfOpen_OfNoObject_ThrowsTypeError(string options)
    {
        Assert.Equal("TypeError", Assert.Throws<Script.Error>(() => Script.AllowHalfOpen(JsonReader.Read(options))).Name);
    }

    [Theory]
    [InlineData("1000", 1000)]
    [InlineData("\"1000\"", 1000)]
    [InlineData("\" 0x3e8 \"", 1000)]
    [InlineData("1000.9", 1000)]
    [InlineData("-1.5", -1)]
    [InlineData("null", 0)]
    [InlineData("\"abc\"", 0)]
    [InlineData("\"\"", 0)]
    [InlineData("\"-Infinity\"", 0)]
    [InlineData("{}", 0)]
    [InlineData("[3000]", 3000)]
    [InlineData("true", 1)]
    public void CloseCode_OfAValue_IsItsNumber(string value, int expected)
    {
        Assert.Equal(expected, Script.CloseCode(JsonReader.Read(value)));
    }

    [Theory]
    [InlineData("4294968296")]
    [InlineData("-1e20")]
    public void CloseCode_OfMoreThan32Bits_ThrowsTypeError(string value)
    {
        Assert.Equal("TypeError", Assert.Throws<Script.Error>(() => Script.CloseCode(JsonReader.Read(value))).Name);
    }

    [Fact]
    public void CloseReason_OfAValue_IsItsText()
    {
        Assert.Null(Script.CloseReason(Script.Undefined));
        Assert.Equal("null", Script.CloseReason(null));
        Assert.Equal("42", Script.CloseReason(42.0));
    }

    [Fact]
    public void RecordedData_OfMessages_ShowsWhatAScriptCanRead()
    {
        Assert.Equal("""{"text":"x"}""", Recorded("x", default, asBlob: true));
        Assert.Equal("""{"textLength":4097}""", Recorded(new string('x', 4097), default, asBlob: true));
        Assert.Equal("""{"size":2,"as":"blob"}""", Recorded(null, new byte[] { 0, 255 }, asBlob: true));
        Assert.Equal("""{"hex":"00ff","as":"arraybuffer"}""", Recorded(null, new byte[] { 0, 255 }, asBlob: false));
        Assert.Equal("""{"binaryLength":4097,"as":"arraybuffer"}""", Recorded(null, new byte[4097], asBlob: false));
    }

    private static string Recorded(string? text, ReadOnlyMemory<byte> bytes, bool asBlob) =>
        JsonWriter.Write(Script.RecordedData(Script.Data(text, bytes, asBlob)));
}
