using Microsoft.AspNetCore.Builder;
using OrleansSockets.Sessions;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

public interface IGreeter : IWebSocketSession;

/// <summary>A session that says what it was asked.</summary>
public sealed class Greeter : WebSocketSession, IGreeter
{
    protected override async Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        if (request.Query == "?refuse")
        {
            return UpgradeResponse.Reject(418, "short and stout");
        }

        if (request.Query == "?hang")
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        }

        if (request.Query == "?throw")
        {
            throw new InvalidOperationException("thrown by the session");
        }

        var (client, server) = new WebSocketPair();
        server.Accept();
        server.Send($"{this.GetPrimaryKeyString()} {request.Path}{request.Query} {request.Headers["X-Test"]}");
        server.OnMessage(e => server.Send(e.Data.Text));
        if (request.Query == "?late")
        {
            throw new InvalidOperationException("thrown by the session when it has accepted already");
        }

        if (request.Query == "?used")
        {
            client.Accept();
        }

        return UpgradeResponse.WebSocket(client, request.Protocols.Count > 0 ? request.Protocols[^1] : null);
    }
}

/// <summary>A client on one node, the session on another.</summary>
public sealed class SessionEndpointTests : IAsyncLifetime
{
    private EdgeNode _a = null!;
    private EdgeNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        void Map(WebApplication app) => app.MapWebSocketSession<IGreeter>("/greet/{name}");
        void Edge(EdgeOptions edge) => edge.HandshakeTimeout = TimeSpan.FromSeconds(1);
        _a = await EdgeNode.StartAsync(Map, Edge);
        _b = await EdgeNode.StartAsync(Map, Edge, primary: _a);
    }

    public async ValueTask DisposeAsync()
    {
        await _b.DisposeAsync();
        await _a.DisposeAsync();
    }

    [Fact]
    public async Task Session_FromBothNodes_SameGrain()
    {
        foreach (var node in new[] { _a, _b })
        {
            using var client = new RawClient();
            var head = await client.UpgradeAsync(node.Address, "/greet/ann?x=1", "X-Test: yes\r\nSec-WebSocket-Protocol: v1, v2\r\n");
            Assert.Contains("Sec-WebSocket-Protocol: v2", head, StringComparison.Ordinal);
            Assert.Equal("text ann /greet/ann?x=1 yes", await client.ReadAsync());
            await client.SendTextAsync("ping");
            Assert.Equal("text ping", await client.ReadAsync());
            await client.SendCloseAsync(4000, "bye");
            Assert.Equal("close 4000 bye", await client.ReadAsync());
            Assert.Equal("fin", await client.ReadAsync());
        }
    }

    [Theory]
    [InlineData("refuse", "418")]
    [InlineData("hang", "504")]
    [InlineData("throw", "500")]
    public async Task Session_ThatGivesNoEnd_IsAStatus(string query, string status) =>
        Assert.Equal(status, await _a.StatusAsync($"/greet/{query}?{query}", "X-Test: yes\r\n"));

    [Fact]
    public async Task Session_ThatGivesAUsedEnd_101ThenEndOfTcp()
    {
        using var client = new RawClient();
        Assert.StartsWith(
            "HTTP/1.1 101", await client.UpgradeAsync(_a.Address, "/greet/bob?used", "X-Test: yes\r\n"), StringComparison.Ordinal);
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public void Map_PatternThatNamesNoSession_Refused()
    {
        Assert.Throws<ArgumentException>(() => _a.App.MapWebSocketSession<IGreeter>("/greet"));
        Assert.Throws<ArgumentException>(() => _a.App.MapWebSocketSession<IGreeter>("/{a}/{b}"));
    }
}
