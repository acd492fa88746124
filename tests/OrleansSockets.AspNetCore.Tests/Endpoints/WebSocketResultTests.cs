using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Results.WebSocket(end) on a node with a silo.</summary>
public sealed class WebSocketResultTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<CloseEvent> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebSocketEnd? _server;
    private EdgeNode _node = null!;

    private Task<CloseEvent> Closed => _closed.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync() => _node = await EdgeNode.StartAsync(app =>
    {
        app.MapGet("/echo", () => Serve(null));
        app.MapGet("/manual", () => Serve(new AcceptOptions { AllowHalfOpen = true }));
        app.MapGet("/protocol", () => Serve(null, "chat"));
        app.MapGet("/accepted", () =>
        {
            var (client, server) = new WebSocketPair();
            client.Accept();
            server.Accept();
            return Results.WebSocket(client);
        });
        app.MapGet("/greet", () =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.Send("1");
            server.Send("2");
            server.Close(1000, "done");
            return Results.WebSocket(client);
        });
    });

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Echo_MessagesAndClose_AsInTheDocumentation()
    {
        using var client = await _node.ConnectAsync("/echo");
        await client.SendTextAsync("hi");
        Assert.Equal("text echo: hi", await client.ReadAsync());
        await client.SendCloseAsync(1000, "bye");
        Assert.Equal("close 1000 bye", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal(new CloseEvent(1000, "bye", true), await Closed);
        Assert.Equal(ReadyState.Closed, _server!.ReadyState);
    }

    [Fact]
    public async Task HalfOpen_FinAfterClose_ReplyStillReachesTheWire()
    {
        using var client = await _node.ConnectAsync("/manual");
        await client.SendCloseAsync(1000, "bye");
        client.SendFin();
        await Closed;
        Assert.Equal(ReadyState.Closing, _server!.ReadyState);
        _server.Send("late");
        _server.Close(4000, "reply");
        Assert.Equal("text late", await client.ReadAsync());
        Assert.Equal("close 4000 reply", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task Drop_OfClient_Is1006()
    {
        using var client = await _node.ConnectAsync("/echo");
        client.Reset();
        Assert.Equal(new CloseEvent(1006, CloseReason.Disconnected, false), await Closed);
    }

    [Fact]
    public async Task Queued_BeforeTheResponse_AllArrives()
    {
        using var client = await _node.ConnectAsync("/greet");
        Assert.Equal("text 1", await client.ReadAsync());
        Assert.Equal("text 2", await client.ReadAsync());
        Assert.Equal("close 1000 done", await client.ReadAsync());
    }

    [Fact]
    public async Task Accepted_EndReturned_101ThenEndOfTcp()
    {
        using var client = await _node.ConnectAsync("/accepted");
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task NoUpgrade_426AndThePeerIsToldAtOnce()
    {
        using var client = new RawClient();
        await client.ConnectAsync(_node.Address);
        var head = await client.RequestAsync("GET /echo HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal("426", EdgeNode.StatusOf(head));
        Assert.Contains("Upgrade: websocket", head, StringComparison.Ordinal);
        Assert.Equal(1006, (await Closed).Code);
    }

    [Fact]
    public async Task Protocol_Offered_IsChosen()
    {
        using var client = new RawClient();
        var head = await client.UpgradeAsync(_node.Address, "/protocol", "Sec-WebSocket-Protocol: other, chat\r\n");
        Assert.Contains("Sec-WebSocket-Protocol: chat", head, StringComparison.Ordinal);
        Assert.Equal("500", await _node.StatusAsync("/protocol", "Sec-WebSocket-Protocol: other\r\n"));
    }

    private IResult Serve(AcceptOptions? options, string? protocol = null)
    {
        var (client, server) = new WebSocketPair();
        _server = server;
        server.Accept(options);
        server.OnMessage(e => server.Send($"echo: {e.Data}"));
        server.OnClose(e => _closed.TrySetResult(e));
        return Results.WebSocket(client, protocol);
    }
}
