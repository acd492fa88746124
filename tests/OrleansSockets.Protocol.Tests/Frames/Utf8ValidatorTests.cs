using System.Text;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Frames;

/// <summary>RFC 6455 section 8.1, RFC 3629.</summary>
public class Utf8ValidatorTests
{
    /// <summary>The first and last character of every length, the borders of the surrogates and of Unicode, and mixtures.</summary>
    public static readonly TheoryData<string> Valid =
    [
        "", "00", "7F", "C280", "DFBF", "E0A080", "EFBFBF", "F0908080", "F48FBFBF", "ED9FBF", "EE8080", "EFBFBD",
        "48656C6C6F2DC2B540C39FC3B6C3A4C3BCC3A0C3A12D5554462D382121", "CEBAE1BDB9CF83CEBCCEB5", "61E282AC62F09F9880C2A2",
    ];

    /// <summary>Each with the number of bytes up to and including the one that makes it hopeless.</summary>
    public static readonly TheoryData<string, int> Invalid = new()
    {
        { "80", 1 }, { "BF", 1 }, { "C0AF", 1 }, { "C1BF", 1 }, { "E08080", 2 }, { "E09FBF", 2 }, { "F0808080", 2 }, { "F08FBFBF", 2 },
        { "F4908080", 2 }, { "F5808080", 1 }, { "F888808080", 1 }, { "FC8480808080", 1 }, { "FE", 1 }, { "FF", 1 },
        { "EDA080", 2 }, { "EDBFBF", 2 }, { "EDA080EDB080", 2 }, { "C328", 2 }, { "E28228", 3 }, { "F09F9828", 4 },
        { "CEBAE1BDB9CF83CEBCCEB5EDA080656469746564", 13 },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Append_ValidTextCutAtEveryTwoBytes_Complete(string hex)
    {
        var text = Convert.FromHexString(hex);
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                var validator = new Utf8Validator();
                Assert.True(validator.Append(text.AsSpan(0, first)));
                Assert.True(validator.Append(text.AsSpan(first, second - first)));
                Assert.True(validator.Append(text.AsSpan(second)));
                Assert.True(validator.IsComplete);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Append_InvalidTextCutAtEveryByte_RefusedAtTheEarliestByte(string hex, int hopelessAt)
    {
        var text = Convert.FromHexString(hex);
        Assert.False(new Utf8Validator().Append(text));
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var validator = new Utf8Validator();
            var soFar = validator.Append(text.AsSpan(0, cut));
            Assert.Equal(cut < hopelessAt, soFar);
            Assert.False(soFar && validator.Append(text.AsSpan(cut)));
        }
    }

    [Fact]
    public void IsComplete_CharacterCut_False()
    {
        foreach (var rune in new[] { "¢", "€", "😀" })
        {
            var bytes = Encoding.UTF8.GetBytes(rune);
            for (var cut = 1; cut < bytes.Length; cut++)
            {
                var validator = new Utf8Validator();
                Assert.True(validator.Append(bytes.AsSpan(0, cut)));
                Assert.False(validator.IsComplete);
            }
        }
    }
}
