using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Outbound;

/// <summary>An end joined to a backend: here, to this node's own endpoints.</summary>
public sealed class WebSocketConnectorTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<WebSocketEnd> _backend = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseEvent> _backendClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EdgeNode _node = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IWebSocketConnector Connector => _node.App.Services.GetRequiredService<IWebSocketConnector>();

    public async ValueTask InitializeAsync() => _node = await EdgeNode.StartAsync(app =>
    {
        app.MapGet("/backend", () =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept(new AcceptOptions { AllowHalfOpen = true });
            server.Send("hello");
            server.OnMessage(e => server.Send(e.Data.Bytes.Length > 100 ? $"{e.Data.Bytes.Length}" : $"echo: {e.Data}"));
            server.OnClose(e => _backendClosed.TrySetResult(e));
            _backend.TrySetResult(server);
            return Results.WebSocket(client, "v1");
        });
        app.MapGet("/nothing", () => "no socket");
        app.MapGet("/hang", (CancellationToken aborted) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted));
    });

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Connect_Backend_MessagesAndClosesOfBothSides()
    {
        var end = await ConnectAsync();
        Assert.Equal(ReadyState.Open, end.ReadyState);
        Assert.Equal("v1", end.Protocol);
        var messages = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        end.OnMessage(e => messages.Writer.TryWrite(e.Data.Text));
        end.OnClose(e => closed.TrySetResult(e));
        end.Accept(new AcceptOptions { AllowHalfOpen = true });
        Assert.Equal("hello", await messages.Reader.ReadAsync(Token));
        end.Send("hi");
        Assert.Equal("echo: hi", await messages.Reader.ReadAsync(Token));
        end.Send(new byte[100_000]);
        Assert.Equal("100000", await messages.Reader.ReadAsync(Token));

        end.Close(4001, "mine");
        Assert.Equal(new CloseEvent(4001, "mine", true), await _backendClosed.Task.WaitAsync(Token));
        var backend = await _backend.Task;
        backend.Send("tail");
        backend.Close(4002, "yours");
        Assert.Equal("tail", await messages.Reader.ReadAsync(Token));
        Assert.Equal(new CloseEvent(4002, "yours", true), await closed.Task.WaitAsync(Token));
        Assert.Equal(ReadyState.Closed, end.ReadyState);
    }

    [Theory]
    [InlineData("/nothing", "answered 200 instead of 101")]
    [InlineData("/missing", "answered 404 instead of 101")]
    [InlineData("/hang", "did not answer within 00:00:00.2000000")]
    public async Task Connect_BadAnswer_ExceptionSaysWhich(string path, string expected)
    {
        // An answer may take its time on a busy machine; only where none comes is the limit what counts.
        var timeout = path == "/hang" ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(20);
        var problem = await Assert.ThrowsAsync<WebSocketPairException>(() => Connector.ConnectWebSocketAsync(
            new Uri($"ws://127.0.0.1:{_node.Port}{path}"), new WebSocketConnectOptions { Timeout = timeout }, Token));
        Assert.Equal(WebSocketPairErrorKind.PeerDisconnected, problem.Kind);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WithoutWaiting_EndIsConnectingThenOpen()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Connector.ConnectWebSocket(new Uri($"ws://127.0.0.1:{_node.Port}/hang"), cancellationToken: stop.Token);
        Assert.Equal(ReadyState.Connecting, waiting.ReadyState);
        Assert.Equal(WebSocketPairErrorKind.InvalidArgument, Assert.Throws<WebSocketPairException>(() => waiting.Accept()).Kind);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Opened);

        var end = Connector.ConnectWebSocket(
            new Uri($"ws://127.0.0.1:{_node.Port}/backend"), new WebSocketConnectOptions { Protocols = { "v1" } }, Token);
        await end.Opened;
        Assert.Equal(ReadyState.Open, end.ReadyState);
        end.Accept();
        end.Close(1000);
        await _backendClosed.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Connect_WithoutWaitingAndNobodyListens_EndIsClosed()
    {
        var end = Connector.ConnectWebSocket(new Uri("ws://127.0.0.1:1/"), cancellationToken: Token);
        var failure = await Assert.ThrowsAsync<WebSocketPairException>(() => end.Opened);
        Assert.Equal(WebSocketPairErrorKind.PeerDisconnected, failure.Kind);
        Assert.Equal(ReadyState.Closed, end.ReadyState);
        end.Send("in vain");
    }

    [Fact]
    public async Task Connect_NobodyListens_Exception()
    {
        var problem = await Assert.ThrowsAsync<WebSocketPairException>(
            () => Connector.ConnectWebSocketAsync(new Uri("ws://127.0.0.1:1/"), cancellationToken: Token));
        Assert.Equal(WebSocketPairErrorKind.PeerDisconnected, problem.Kind);
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("ws://example.com/#part")]
    public async Task Connect_BadAddress_Refused(string address) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Connector.ConnectWebSocketAsync(new Uri(address), cancellationToken: Token));

    [Fact]
    public async Task Drop_OfBackend_Is1006()
    {
        var end = await ConnectAsync();
        var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        end.OnClose(e => closed.TrySetResult(e));
        end.Accept();
        var backend = await _backend.Task;
        backend.OnMessage(_ => throw new InvalidOperationException("a listener that throws ends the connection"));
        end.Send("x");
        Assert.Equal(new CloseEvent(1006, CloseReason.Disconnected, false), await closed.Task.WaitAsync(Token));
    }

    private Task<WebSocketEnd> ConnectAsync() => Connector.ConnectWebSocketAsync(
        new Uri($"ws://127.0.0.1:{_node.Port}/backend"), new WebSocketConnectOptions { Protocols = { "v2", "v1" } }, Token);
}
