using System.Text;
using Microsoft.AspNetCore.Builder;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Handshakes;

/// <summary>RFC 6455 section 4.2, as a client outside the Development environment sees it.</summary>
public sealed class HandshakeTests : IAsyncLifetime
{
    private EdgeNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await EdgeNode.StartAsync(
        app => app.MapWebSocketPairs("/pairs"),
        edge => edge.AllowedOrigins.Add("https://good.example"),
        environment: "Production");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Upgrade_ExampleOfTheRfc_IsAnswered()
    {
        using var client = new RawClient();
        var head = await client.UpgradeAsync(_node.Address, "/pairs/a/0");
        Assert.StartsWith("HTTP/1.1 101", head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head, StringComparison.Ordinal);
        Assert.Contains("Upgrade: websocket", head, StringComparison.Ordinal);
        Assert.Contains("Connection: Upgrade", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Upgrade: websocket|Connection: Upgrade|", "426", "Upgrade: websocket")]
    [InlineData("Upgrade: websocket|Upgrade: h2c|", "426", "Upgrade: websocket")]
    [InlineData("Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 8|", "426", "Sec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Version: 13||", "426", "Sec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==||", "400", "application/problem+json")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j|", "400", "application/problem+json")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: !!!|", "400", "application/problem+json")]
    [InlineData("Host: test|Host: test\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|", "400", "application/problem+json")]
    public async Task Upgrade_BadHeader_StatusAndProblem(string replacement, string status, string expected)
    {
        var parts = replacement.Split('|');
        var lines = new StringBuilder(
            "GET /pairs/b/0 HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        lines.Replace(parts[0] + "\r\n", parts[1].Length > 0 ? parts[1] + "\r\n" : "");
        using var client = new RawClient();
        await client.ConnectAsync(_node.Address);
        var head = await client.RequestAsync(lines.ToString());
        Assert.Equal(status, EdgeNode.StatusOf(head));
        Assert.Contains(expected, head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Origin: https://good.example\r\n", "101")]
    [InlineData("Origin: HTTPS://GOOD.example\r\n", "101")]
    [InlineData("", "101")]
    [InlineData("Origin: https://evil.example\r\n", "403")]
    [InlineData("Origin: https://good.example:444\r\n", "403")]
    [InlineData("Origin: null\r\n", "403")]
    [InlineData("Origin: https://good.example\r\nOrigin: https://good.example\r\n", "403")]
    public async Task Upgrade_Origin_MustBeListed(string header, string status) =>
        Assert.Equal(status, await _node.StatusAsync($"/pairs/{Guid.NewGuid()}/0", header));

    [Theory]
    [InlineData(256, "101")]
    [InlineData(257, "400")]
    public async Task Upgrade_SubprotocolOfManyCharacters_HasALimit(int length, string status) => Assert.Equal(
        status,
        await _node.StatusAsync($"/pairs/{Guid.NewGuid()}/0", $"Sec-WebSocket-Protocol: chat, {new string('p', length)}\r\n"));

    [Fact]
    public async Task Upgrade_OtherMethod_405()
    {
        using var client = new RawClient();
        await client.ConnectAsync(_node.Address);
        Assert.Equal(
            "405", EdgeNode.StatusOf(await client.RequestAsync("POST /pairs/c/0 HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n")));
    }
}
