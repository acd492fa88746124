using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Conformance.Client;
using OrleansSockets.Frames;
using OrleansSockets.Wire;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>How a socket on a stream of HTTP/2 ends, whoever begins: RFC 8441 section 5.</summary>
public sealed class Http2SocketTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private SocketServer _server = null!;

    private FakeEnd End => _server.End;

    private Task Ended => _server.Ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync() => _server = await SocketServer.StartAsync(protocols: HttpProtocols.Http2);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Close_OfClientThenPeersAnswer_EndsTheStreamAtOnce()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        await client.SendTextAsync("hi");
        await client.SendCloseAsync(1000, "bye");
        Assert.Equal("text hi", await End.HeardAsync());
        Assert.Equal("close 1000 bye", await End.HeardAsync());
        End.Put("tail");
        End.PutClose(4001, "so long");
        Assert.Equal("text tail", await client.ReadAsync());
        Assert.Equal("close 4001 so long", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task Close_OfPeerThenClientsAnswer_EndsTheStreamAtOnce()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        End.PutClose(null);
        Assert.Equal("close", await client.ReadAsync());
        await client.SendTextAsync("still there");
        await client.SendCloseAsync();
        Assert.Equal("text still there", await End.HeardAsync());
        Assert.Equal("close -", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task EndStream_AfterClientsClose_AnswerStillReachesTheWire()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        await client.SendCloseAsync(1000, "bye");
        client.SendFin();
        Assert.Equal("close 1000 bye", await End.HeardAsync());
        End.Put("late");
        Assert.Equal("text late", await client.ReadAsync());
        End.PutClose(1000, "reply");
        Assert.Equal("close 1000 reply", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
        Assert.Null(client.Stream.ResetCode);
    }

    [Fact]
    public async Task EndStream_WithoutClose_IsADrop()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        await client.SendTextAsync("x");
        client.SendFin();
        Assert.Equal("text x", await End.HeardAsync());
        Assert.Equal("end of input", await End.HeardAsync());
        End.PutAbort();
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RstStream_BeforeOrAfterClose_IsADrop(bool closed)
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        if (closed)
        {
            await client.SendCloseAsync(1000);
            Assert.Equal("close 1000", await End.HeardAsync());
        }

        client.Reset();
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RstStream_WhileReadingIsPaused_IsADrop(bool connection)
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        await _server.PauseAsync(client);
        if (connection)
        {
            client.Dispose();
        }
        else
        {
            client.Reset();
        }

        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task Abort_OfPeer_EndsTheStreamWithoutClose()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        End.Put("last");
        End.PutAbort();
        Assert.Equal("text last", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Fact]
    public async Task Violation_ClientGetsCloseAndEndOfTheStream()
    {
        using var client = await Http2Client.ConnectAsync(_server.Address);
        await client.SendAsync((Opcode)3, []);
        Assert.Equal("abort 1002 Unknown opcode 3", await End.HeardAsync());
        End.PutAbort();
        Assert.Equal("close 1002 Unknown opcode 3", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Fact]
    public async Task CloseTimeout_ClientThatNeverAnswers_StreamIsCancelled()
    {
        _server.Clock = _clock;
        _server.Settings = _server.Settings with { CloseTimeout = TimeSpan.FromSeconds(300) };
        using var client = await Http2Client.ConnectAsync(_server.Address);
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsClosing);
        _clock.Advance(TimeSpan.FromSeconds(300));
        _server.Socket!.Tick();
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("reset", await client.ReadAsync());
        Assert.Equal(Http2Connection.Cancel, client.Stream.ResetCode);
    }

    [Fact]
    public async Task SendTimeout_ClientThatGivesNoWindow_StreamIsCancelled()
    {
        _server.Clock = _clock;
        _server.Settings = _server.Settings with { SendTimeout = TimeSpan.FromSeconds(10) };
        using var client = await Http2Client.ConnectAsync(_server.Address);
        client.Stream.GivesWindow = false;
        await client.SendTextAsync("open");
        Assert.Equal("text open", await End.HeardAsync());
        End.Put(PairFrameKind.Binary, 0, new byte[1024 * 1024]);
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsStalled);
        await SocketServer.EventuallyAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _server.Socket!.Tick();
            return End.HasHeard;
        });
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
        await client.Stream.Over.WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token);
        Assert.Equal(Http2Connection.Cancel, client.Stream.ResetCode);
    }

    [Fact]
    public async Task Reset_AfterTheRequestHasEnded_HitsNoLaterStreamOfTheConnection()
    {
        await using var connection = await Http2Connection.ConnectAsync(_server.Address, RawClient.Token);
        using var first = await Http2Client.ConnectAsync(connection);
        var late = _server.Socket!;
        await first.SendCloseAsync(1000);
        first.SendFin();
        Assert.Equal("close 1000", await End.HeardAsync());
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await first.ReadAsync());
        Assert.Equal("fin", await first.ReadAsync());
        await Ended;

        // Kestrel serves the next request with the first one's objects.
        using var second = await Http2Client.ConnectAsync(connection);
        late.Reset("too late");
        await second.SendTextAsync("alive");
        Assert.Equal("text alive", await End.HeardAsync());
        End.Put("alive too");
        Assert.Equal("text alive too", await second.ReadAsync());
    }
}
