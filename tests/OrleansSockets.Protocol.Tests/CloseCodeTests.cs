using Xunit;

namespace OrleansSockets.Protocol.Tests;

public class CloseCodeTests
{
    [Fact]
    public void MayBeSent_EveryCode_AsTheRuntimeAllows()
    {
        var allowed = Enumerable.Range(1000, 4000).Except([1004, 1005, 1006, 1015]);
        Assert.Equal(allowed, Enumerable.Range(-1, 70_000).Where(code => CloseCode.MayBeSent(code, pedantic: false)));
        Assert.Equal(
            [1000, .. Enumerable.Range(3000, 2000)], Enumerable.Range(-1, 70_000).Where(code => CloseCode.MayBeSent(code, pedantic: true)));
    }

    [Theory]
    [InlineData("", 0, true)]
    [InlineData("r", 123, true)]
    [InlineData("r", 124, false)]
    [InlineData("€", 41, true)]
    [InlineData("€", 42, false)]
    public void Fits_Reason_CountsBytesOfUtf8(string unit, int count, bool fits)
    {
        Assert.Equal(fits, CloseReason.Fits(string.Concat(Enumerable.Repeat(unit, count))));
    }

    [Fact]
    public void Fits_LoneSurrogates_CountAsReplacementCharacters()
    {
        Assert.True(CloseReason.Fits(new string('\uD800', 41)));
        Assert.False(CloseReason.Fits(new string('\uD800', 42)));
    }
}
