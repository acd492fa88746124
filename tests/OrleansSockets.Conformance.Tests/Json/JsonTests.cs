using System.Text;
using System.Text.Json;
using OrleansSockets.Conformance.Json;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Json;

public class JsonTests
{
    [Theory]
    [InlineData("""{"a":[1,-2.5,true,false,null,""],"b":{"c":"x\"\\/y"}}""", """{"a":[1,-2.5,true,false,null,""],"b":{"c":"x\"\\/y"}}""")]
    [InlineData(""" "\ud83d\ude00" """, "\"\U0001F600\"")]
    [InlineData(""" "a\ud800b\udc00" """, """ "a\ud800b\udc00" """)]
    [InlineData(""" "\u0001\n\tx" """, """ "\u0001\u000a\u0009x" """)]
    public void Write_OfWhatWasRead_IsTheSameText(string source, string expected)
    {
        Assert.Equal(expected.Trim(), JsonWriter.Write(JsonReader.Read(source)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("""{"a":1,"a":2}""")]
    public void Read_OfBrokenText_Throws(string source)
    {
        Assert.ThrowsAny<JsonException>(() => JsonReader.Read(source));
    }

    [Fact]
    public void WriteFile_OfAFile_GivesEachStepAndEntryItsLine()
    {
        var file = (JsonObject)JsonReader.Read(
            """{"scenario":{"steps":[{"do":"a"},{"do":"b"}]},"trace":{"ends":{"s":[{"k":"call"}]},"final":{"s":1}}}""")!;

        var text = JsonWriter.WriteFile(file);

        Assert.Contains("\n      {\"do\":\"a\"},\n      {\"do\":\"b\"}\n", text, StringComparison.Ordinal);
        Assert.Contains("\n        {\"k\":\"call\"}\n", text, StringComparison.Ordinal);
        Assert.Equal(JsonWriter.Write(file), JsonWriter.Write(JsonReader.Read(Encoding.UTF8.GetBytes(text))));
    }
}
