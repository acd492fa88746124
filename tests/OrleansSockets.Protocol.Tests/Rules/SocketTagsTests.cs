using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules;

public class SocketTagsTests
{
    [Fact]
    public void Take_Repeated_StaysOnceWhereItWasFirst()
    {
        Assert.Equal(["b", "", "a"], SocketTags.Take(["b", "", "a", "b", ""], out var error));
        Assert.Null(error);
    }

    [Fact]
    public void Take_AnEleventh_IsTooManyEvenIfItRepeatsOne()
    {
        var ten = Enumerable.Range(0, 10).Select(i => $"t{i}").ToArray();

        Assert.Equal(ten, SocketTags.Take(ten, out var none));
        Assert.Null(none);
        SocketTags.Take([.. ten, "t0"], out var error);
        Assert.Equal(WebSocketPairErrorKind.TooManyTags, error);
    }

    [Fact]
    public void Take_RepeatsBeforeTheTenth_AreNoTags()
    {
        var tags = Enumerable.Repeat("a", 100).Concat(Enumerable.Range(0, 9).Select(i => $"t{i}"));

        Assert.Equal(10, SocketTags.Take(tags, out var error).Count);
        Assert.Null(error);
    }

    [Theory]
    [InlineData("x", 256, false)]
    [InlineData("x", 257, true)]
    [InlineData("ä", 128, false)]
    [InlineData("ä", 129, true)]
    [InlineData("€", 85, false)]
    [InlineData("€", 86, true)]
    [InlineData("😀", 64, false)]
    [InlineData("😀", 65, true)]
    public void Take_Lengths_CountBytesOfUtf8(string part, int times, bool tooLong)
    {
        var tag = string.Concat(Enumerable.Repeat(part, times));

        var taken = SocketTags.Take(["a", tag], out var error);

        Assert.Equal(tag, taken[^1]);
        Assert.Equal(tooLong ? WebSocketPairErrorKind.TagTooLong : null, error);
    }

    [Fact]
    public void Take_BothWrong_TheFirstInOrderCounts()
    {
        var tooLong = new string('x', 257);

        SocketTags.Take([tooLong, .. Enumerable.Range(0, 11).Select(i => $"t{i}")], out var first);
        SocketTags.Take([.. Enumerable.Range(0, 11).Select(i => $"t{i}"), tooLong], out var second);

        Assert.Equal((WebSocketPairErrorKind.TagTooLong, WebSocketPairErrorKind.TooManyTags), (first, second));
    }
}
