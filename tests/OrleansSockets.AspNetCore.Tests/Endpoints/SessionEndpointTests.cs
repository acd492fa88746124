using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
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
            return UpgradeResponse.Reject(418, "short and stout").WithHeader("X-Tea", "black");
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

        if (request.GetQueryValue("who") is not null)
        {
            server.Send(
                $"{request.Method} {request.Scheme}://{request.Host} from {request.RemoteAddress}, {request.User} until "
                    + $"{request.UserExpiresAt:yyyy}, {string.Join(',', request.Claims.Select(claim => $"{claim.Key}={claim.Value}"))}");
        }

        return UpgradeResponse.WebSocket(client, request.Protocols.Count > 0 ? request.Protocols[^1] : null)
            .WithHeader("Set-Cookie", "seat=1; Path=/")
            .WithHeader("Set-Cookie", "row=2; Path=/");
    }
}

/// <summary>A client on one node, the session on another.</summary>
public sealed class SessionEndpointTests : IAsyncLifetime
{
    private EdgeNode _a = null!;
    private EdgeNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        void Map(WebApplication app)
        {
            app.Use((context, next) =>
            {
                // As an authentication scheme leaves it.
                context.User = new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(ClaimTypes.Name, "ann"), new Claim("role", "admin"), new Claim("secret", "x")], "test"));
                context.Features.Set<IAuthenticateResultFeature>(new Authenticated(context.User));
                return next(context);
            });
            app.MapWebSocketSession<IGreeter>("/greet/{name}");
        }

        void Edge(EdgeOptions edge)
        {
            edge.HandshakeTimeout = TimeSpan.FromSeconds(1);
            edge.SessionClaims.Add("role");
        }

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

    [Fact]
    public async Task Session_SeesWhoAsksAndHow_AndAddsHeadersToTheAnswer()
    {
        using var client = new RawClient();

        var head = await client.UpgradeAsync(_b.Address, "/greet/cid?who=1", "X-Test: yes\r\n");

        Assert.Contains("Set-Cookie: seat=1; Path=/\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: row=2; Path=/\r\n", head, StringComparison.Ordinal);
        await client.ReadAsync();
        Assert.Equal(
            "text GET http://test from 127.0.0.1, ann until 2030, role=admin", await client.ReadAsync());
    }

    [Fact]
    public async Task Session_ThatRefuses_AddsHeadersToo()
    {
        using var client = new RawClient();

        var head = await client.UpgradeAsync(_a.Address, "/greet/dan?refuse", "X-Test: yes\r\n");

        Assert.StartsWith("HTTP/1.1 418", head, StringComparison.Ordinal);
        Assert.Contains("X-Tea: black", head, StringComparison.Ordinal);
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

    private sealed class Authenticated(ClaimsPrincipal user) : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; } = AuthenticateResult.Success(new AuthenticationTicket(
            user, new AuthenticationProperties { ExpiresUtc = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) }, "test"));
    }
}
