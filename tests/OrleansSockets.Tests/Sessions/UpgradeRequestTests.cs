using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

public sealed class UpgradeRequestTests
{
    [Theory]
    [InlineData("", "a", new string[0])]
    [InlineData("?a=1", "a", new[] { "1" })]
    [InlineData("?a=1&b=2&a=3", "a", new[] { "1", "3" })]
    [InlineData("?a", "a", new[] { "" })]
    [InlineData("?a=&&a==x", "a", new[] { "", "=x" })]
    [InlineData("?A=1", "a", new string[0])]
    [InlineData("?na%20me=k%C3%A4se+und%2Bbrot", "na me", new[] { "käse und+brot" })]
    [InlineData("?a=%", "a", new[] { "%" })]
    public void GetQueryValues_AreDecodedInTheirOrder(string query, string name, string[] values)
    {
        var request = new UpgradeRequest { Query = query };

        Assert.Equal(values, request.GetQueryValues(name));
        Assert.Equal(values.FirstOrDefault(), request.GetQueryValue(name));
    }

    [Theory]
    [InlineData("Set-Cookie", "a=1; Path=/", true)]
    [InlineData("X-Any", "", true)]
    [InlineData("Sec-WebSocket-Accept", "x", false)]
    [InlineData("upgrade", "x", false)]
    [InlineData("Content-Length", "1", false)]
    [InlineData("with space", "x", false)]
    [InlineData("X:", "x", false)]
    [InlineData("X", "a\r\nSet-Cookie: b", false)]
    [InlineData("X", "kä", false)]
    public void WithHeader_WhatCannotBeSent_IsRefused(string name, string value, bool isFine)
    {
        var response = UpgradeResponse.Reject(400, "no");

        if (isFine)
        {
            Assert.Equal(new(name, value), Assert.Single(response.WithHeader(name, value).Headers));
        }
        else
        {
            Assert.Throws<ArgumentException>(() => response.WithHeader(name, value));
        }

        Assert.Empty(response.Headers);
    }
}
