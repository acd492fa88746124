using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>A socket that is not read, because the peer has no room, hears of its end all the same.</summary>
public sealed class PausedSocketTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private SocketServer _server = null!;

    private FakeEnd End => _server.End;

    private Task Ended => _server.Ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        _server = await SocketServer.StartAsync();
        _server.Clock = _clock;
        _server.Settings =
            _server.Settings with { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(20) };
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Reset_IsADropAtOnce()
    {
        using var client = await PausedAsync();
        await client.SendTextAsync("no room");
        client.Reset();
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("the client's connection was lost", End.LastNote);
        await Ended;
    }

    [Fact]
    public async Task Reset_BehindMoreThanTheServerHolds_ShowsAtTheNextTick()
    {
        using var client = await PausedAsync();
        await client.StallAsync();
        client.Reset();
        await SocketServer.EventuallyAsync(() =>
        {
            Pass(1);
            return End.HasHeard;
        });
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("the client's connection was lost", End.LastNote);
        await Ended;
    }

    [Fact]
    public async Task FullClose_BehindMoreThanTheNetworkHolds_ShowsAtTheNextPing()
    {
        using var client = await PausedAsync();
        await client.StallAsync();

        // The client's FIN waits in its own system, for room that never comes.
        client.Socket.Close();
        Pass(29);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, RawClient.Token);
        Pass(0);
        Assert.False(End.HasHeard);
        Pass(1);
        await SocketServer.EventuallyAsync(() =>
        {
            Pass(0);
            return End.HasHeard;
        });
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task Ping_NothingElseWouldShowTheEnd_GoesOutThoughNobodyReadsTheAnswer()
    {
        await using var server = await SocketServer.StartAsync(halfClose: false);
        server.Clock = _clock;
        server.Settings = _server.Settings;
        using var client = await server.ConnectAsync();
        await client.SendTextAsync("open");
        Assert.Equal("text open", await server.End.HeardAsync());
        await server.PauseAsync(client);
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            server.Socket!.Tick();
            Assert.Equal("ping ", await client.ReadAsync());
        }

        Assert.False(server.End.HasHeard);
    }

    [Fact]
    public async Task Fin_AllBeforeItIsHeard()
    {
        using var client = await PausedAsync();
        for (var i = 0; i < 10; i++)
        {
            await client.SendAsync(Opcode.Binary, new byte[10_000]);
        }

        client.SendFin();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("binary 10000", await End.HeardAsync());
        }

        Assert.Equal("end of input", await End.HeardAsync());
    }

    [Fact]
    public async Task Fin_BehindAClose_IsACleanClose()
    {
        using var client = await PausedAsync();
        await client.SendTextAsync("last");
        await client.SendCloseAsync(4001, "bye");
        client.SendFin();
        Assert.Equal("text last", await End.HeardAsync());
        Assert.Equal("close 4001 bye", await End.HeardAsync());
        End.PutClose(4001, "bye");
        Assert.Equal("close 4001 bye", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task CloseOfTheEdge_RestIsThrownAwayAndTheAnswerHeard()
    {
        using var client = await PausedAsync();
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < 300; i++)
                {
                    await client.SendAsync(Opcode.Binary, new byte[64 * 1024]);
                }

                await client.SendCloseAsync(1001);
            },
            RawClient.Token);
        _server.Socket!.CloseWith(1001, "The server shuts down.");
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());
        Assert.False(sending.IsCompleted, "the network takes more than the test sends");
        Pass(1);
        Assert.Equal("close 1001", await End.HeardAsync());
        await sending;
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Fact]
    public async Task CloseOfTheEdge_PeerHasRoomAgain_NothingIsThrownAway()
    {
        using var client = await PausedAsync();
        await client.SendTextAsync("in time");
        _server.Socket!.CloseWith(1001, "The server shuts down.");
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());
        await client.SendCloseAsync(1001);
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        _server.Socket!.Tick();
        End.SetRoom(true);
        Assert.Equal("text in time", await End.HeardAsync());
        Assert.Equal("close 1001", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task CloseOfTheEdge_ClientGoesOnSending_IsReset()
    {
        _server.Settings = _server.Settings with { CloseTimeout = TimeSpan.FromMinutes(5) };
        using var client = await PausedAsync();
        _server.Socket!.CloseWith(1001, "The server shuts down.");
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());
        Pass(31);
        await client.SendTextAsync("and another thing");
        Assert.Equal("reset", await client.ReadAsync());
        Assert.Equal("the edge resets the socket: the edge has closed, and the client goes on sending", End.LastNote);
    }

    [Fact]
    public async Task CloseOfThePeer_NothingIsThrownAway()
    {
        using var client = await PausedAsync();
        await client.SendTextAsync("still heard");
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        Pass(10);
        Assert.False(End.HasHeard);
        End.SetRoom(true);
        Assert.Equal("text still heard", await End.HeardAsync());
        await client.SendCloseAsync(1000);
        Assert.Equal("close 1000", await End.HeardAsync());
    }

    private async Task<RawClient> PausedAsync()
    {
        var client = await _server.ConnectAsync();
        await client.SendTextAsync("open");
        Assert.Equal("text open", await End.HeardAsync());
        await _server.PauseAsync(client);
        return client;
    }

    private void Pass(int seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _server.Socket!.Tick();
    }
}
