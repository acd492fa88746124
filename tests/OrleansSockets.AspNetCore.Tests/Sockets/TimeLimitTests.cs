using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Frames;
using OrleansSockets.Wire;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>The limits of time, on a clock that the test turns.</summary>
public sealed class TimeLimitTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private SocketServer _server = null!;

    private FakeEnd End => _server.End;

    public async ValueTask InitializeAsync()
    {
        _server = await SocketServer.StartAsync();
        _server.Clock = _clock;
        _server.Settings = _server.Settings with
        {
            KeepAliveInterval = TimeSpan.FromSeconds(30),
            KeepAliveTimeout = TimeSpan.FromSeconds(20),
            SendTimeout = TimeSpan.FromSeconds(10),
            CloseTimeout = TimeSpan.FromMinutes(5),
        };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Violation_PeerDoesNotListen_ClientIsClosedAllTheSame()
    {
        using var client = await OpenAsync();
        await client.SendAsync((Opcode)3, []);
        Assert.Equal("abort 1002 Unknown opcode 3", await End.HeardAsync());
        Pass(5);
        Assert.Equal("close 1002 Unknown opcode 3", await client.ReadAsync());
        Assert.Equal("abort", await End.HeardAsync());
    }

    [Fact]
    public async Task KeepAlive_SilentClient_PingThenReset()
    {
        using var client = await OpenAsync();
        Pass(29);
        Pass(1);
        Assert.Equal("ping ", await client.ReadAsync());
        Pass(19);
        Assert.False(End.HasHeard);
        Pass(1);
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("reset", await client.ReadAsync());
        Assert.Equal("the edge resets the socket: the client has not answered a Ping for KeepAliveTimeout (00:00:20)", End.LastNote);
    }

    [Fact]
    public async Task KeepAlive_ClientThatAnswers_StaysOpen()
    {
        using var client = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            Pass(30);
            Assert.Equal("ping ", await client.ReadAsync());
            await client.SendAsync(Opcode.Pong, []);
            await client.SendTextAsync("seen");
            Assert.Equal("text seen", await End.HeardAsync());
            Pass(20);
        }

        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task KeepAlive_ReadingPausedForRoom_IsSuspendedAndBeginsAnew()
    {
        using var client = await OpenAsync();
        await _server.PauseAsync(client);
        await client.SendTextAsync("later");
        Pass(1000);
        Assert.False(End.HasHeard);
        End.SetRoom(true);
        Assert.Equal("text later", await End.HeardAsync());
        Pass(29);
        Assert.False(End.HasHeard);
        Pass(1);
        Assert.Equal("ping ", await client.ReadAsync());
    }

    [Fact]
    public async Task Fin_PeerDoesNotListen_TcpEndsAllTheSame()
    {
        using var client = await OpenAsync();
        client.SendFin();
        Assert.Equal("end of input", await End.HeardAsync());
        End.Put("said before");
        Assert.Equal("text said before", await client.ReadAsync());

        // A sixth of SendTimeout.
        Pass(1);
        Assert.False(End.HasHeard);
        Pass(1);
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal("abort", await End.HeardAsync());
    }

    [Fact]
    public async Task Fin_PeerHasHeardOfIt_WhatIsLeftHasItsTime()
    {
        using var client = await OpenAsync();
        client.SendFin();
        Assert.Equal("end of input", await End.HeardAsync());
        End.HearAll();
        Pass(60);
        End.Put("long on its way");
        End.PutAbort();
        Assert.Equal("text long on its way", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task CloseTimeout_PeerThatHasClosedHasNoRoom_TheNoteSaysSo()
    {
        using var client = await OpenAsync();
        await _server.PauseAsync(client);
        await client.SendTextAsync("no room");
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsClosing);
        await client.SendCloseAsync(1000);
        Pass(300);
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal(
            "the edge resets the socket: the peer, which has closed, has had no room for what the client sent before its answer for "
                + "CloseTimeout (00:05:00)", End.LastNote);
    }

    [Fact]
    public async Task SendTimeout_ClientThatDoesNotRead_IsReset()
    {
        using var client = await OpenAsync();
        client.Socket.ReceiveBufferSize = 4096;
        End.Put(PairFrameKind.Binary, 0, new byte[32 * 1024 * 1024]);
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsStalled);
        Pass(9);
        Assert.False(End.HasHeard);

        // A write that was under way may have ended since, and the next one began later: then its time counts.
        await SocketServer.EventuallyAsync(() =>
        {
            Pass(1);
            return End.HasHeard;
        });
        Assert.Equal("abort", await End.HeardAsync());
        await _server.Ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task CloseTimeout_PeerThatNeverAnswers_ResetAndDropped()
    {
        using var client = await OpenAsync();
        await client.SendCloseAsync(1000);
        Assert.Equal("close 1000", await End.HeardAsync());
        Pass(299);
        Assert.False(End.HasHeard);
        Pass(1);
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("reset", await client.ReadAsync());
    }

    [Fact]
    public async Task CloseTimeout_ClientThatNeverAnswers_ResetAndDropped()
    {
        using var client = await OpenAsync();
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsClosing);
        Pass(300);
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("reset", await client.ReadAsync());
    }

    private async Task<RawClient> OpenAsync()
    {
        var client = await _server.ConnectAsync();
        await client.SendTextAsync("open");
        Assert.Equal("text open", await End.HeardAsync());
        return client;
    }

    private void Pass(int seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _server.Socket!.Tick();
    }
}
