using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Conformance.Client;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Handshakes;

/// <summary>RFC 8441, as a client outside the Development environment sees it.</summary>
public sealed class Http2HandshakeTests : IAsyncLifetime
{
    private EdgeNode _node = null!;
    private Http2Connection _connection = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await EdgeNode.StartAsync(
            app =>
            {
                app.MapWebSocketPairs("/pairs");
                app.MapWebSocket("/chat", () => Serve("chat"));
                app.MapWebSocket("/raw", context => Serve("chat").ExecuteAsync(context));
                app.MapWebSocket("/filtered", () => Serve()).AddEndpointFilter(
                    (_, _) => ValueTask.FromResult<object?>(Results.StatusCode(418)));
                app.MapWebSocket("/", () => Serve());
                app.MapGet("/old", () => Serve());
                app.MapPost("/posted", () => "");
            },
            edge => edge.AllowedOrigins.Add("https://good.example"),
            environment: "Production",
            protocols: HttpProtocols.Http2);
        _connection = await Http2Connection.ConnectAsync(_node.Address, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public void Settings_OfTheServer_AllowExtendedConnect() => Assert.Equal(1, _connection.Setting(Http2Connection.EnableConnectProtocol));

    [Fact]
    public async Task Connect_ToAnEndpoint_200WithoutHeadersOfHttp1()
    {
        var (head, _) = await AskAsync(Connect("/pairs/a/0"));
        Assert.Equal("200", head[":status"]);
        Assert.DoesNotContain("upgrade", head.Keys);
        Assert.DoesNotContain("connection", head.Keys);
        Assert.DoesNotContain("sec-websocket-accept", head.Keys);
        Assert.DoesNotContain("sec-websocket-protocol", head.Keys);
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/raw")]
    public async Task Connect_WithSubprotocols_TheChosenOneIsInTheAnswer(string path)
    {
        var (head, _) = await AskAsync(Connect(path, ("sec-websocket-protocol", "other, chat")));
        Assert.Equal(("200", "chat"), (head[":status"], head["sec-websocket-protocol"]));
    }

    [Fact]
    public async Task Connect_ToAnEndpointWithAFilter_TheFilterAnswers()
    {
        var (head, _) = await AskAsync(Connect("/filtered"));
        Assert.Equal("418", head[":status"]);
    }

    [Theory]
    [InlineData("https://good.example", "200")]
    [InlineData("https://evil.example", "403")]
    [InlineData("null", "403")]
    public async Task Connect_Origin_MustBeListed(string origin, string status)
    {
        var (head, _) = await AskAsync(Connect($"/pairs/{Guid.NewGuid()}/0", ("origin", origin)));
        Assert.Equal(status, head[":status"]);
    }

    [Fact]
    public async Task Connect_ToAnEndpointOfMapGet_SaysWhatToDo()
    {
        var (head, body) = await AskAsync(Connect("/old"));
        Assert.Equal(("405", "GET"), (head[":status"], head["allow"]));
        Assert.Contains("map the endpoint with app.MapWebSocket instead of app.MapGet", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/posted", "405")]
    [InlineData("/nowhere", "404")]
    public async Task Connect_ToNoWebSocket_DoesNotSpeakOfMapGet(string path, string status)
    {
        var (head, body) = await AskAsync(Connect(path));
        Assert.Equal(status, head[":status"]);
        Assert.DoesNotContain("MapGet", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("/old")]
    public async Task Connect_WithAnotherProtocol_400NamesIt(string path)
    {
        var (head, body) = await AskAsync(
            [.. Connect(path).Where(header => header.Name != ":protocol").Prepend((":protocol", "connect-udp"))]);
        Assert.Equal("400", head[":status"]);
        Assert.Contains("The protocol 'connect-udp' is not spoken here", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WithoutProtocol_400SaysThatThisIsNoProxy()
    {
        var (head, body) = await AskAsync([(":method", "CONNECT"), (":authority", "example.com:443")]);
        Assert.Equal("400", head[":status"]);
        Assert.Contains("':protocol: websocket'", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8")]
    [InlineData(null)]
    public async Task Connect_WithAnotherVersion_400NamesTheOneThatIsSpoken(string? version)
    {
        var headers = Connect("/chat").Where(header => header.Name != "sec-websocket-version");
        var (head, _) = await AskAsync(
            [.. headers, .. version is null ? Array.Empty<(string, string)>() : [("sec-websocket-version", version)]]);
        Assert.Equal(("400", "13"), (head[":status"], head["sec-websocket-version"]));
        Assert.DoesNotContain("upgrade", head.Keys);
    }

    [Fact]
    public async Task Get_OverHttp2_400SaysHowToConnect()
    {
        var (head, body) = await AskAsync([(":method", "GET"), (":scheme", "http"), (":path", "/chat"), (":authority", "test")]);
        Assert.Equal("400", head[":status"]);
        Assert.Contains("the method CONNECT and ':protocol: websocket'", body, StringComparison.Ordinal);
        Assert.DoesNotContain("upgrade", head.Keys);
    }

    private static (string Name, string Value)[] Connect(string path, params (string Name, string Value)[] more) =>
    [
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", path), (":authority", "test"),
        ("sec-websocket-version", "13"), .. more,
    ];

    private static IResult Serve(string? protocol = null)
    {
        var (client, server) = new WebSocketPair();
        server.Accept();
        return Results.WebSocket(client, protocol);
    }

    private async Task<(IReadOnlyDictionary<string, string> Head, string Body)> AskAsync((string Name, string Value)[] headers)
    {
        var stream = await _connection.OpenAsync(headers);
        var head = await stream.Head.WaitAsync(RawClient.Patience, TimeProvider.System, Token);
        var body = new byte[4096];
        var length = 0;
        if (head[":status"] == "200")
        {
            await stream.ResetAsync();
        }
        else
        {
            while (await stream.ReceiveAsync(body.AsMemory(length), Token) is var count and > 0)
            {
                length += count;
            }
        }

        return (head, System.Text.Json.JsonDocument.Parse(length == 0 ? "{}"u8.ToArray() : body[..length]).RootElement
            .TryGetProperty("detail", out var detail) ? detail.GetString()! : string.Empty);
    }
}
