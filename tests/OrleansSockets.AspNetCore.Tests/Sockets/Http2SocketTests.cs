using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Conformance.Client;
using OrleansSockets.Frames;
using OrleansSockets.Wire;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>How a socket on a stream of HTTP/2 ends, whoever begins: RFC 8441 section 5.</summary>
public sealed class Http2SocketTests() : SocketEndingTests(HttpProtocols.Http2)
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task EndStream_AfterClientsClose_AnswerStillReachesTheWire()
    {
        using var client = await Http2Client.ConnectAsync(Server.Address);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RstStream_WhileReadingIsPaused_IsADrop(bool connection)
    {
        using var client = await Http2Client.ConnectAsync(Server.Address);
        await Server.PauseAsync(client);
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
    public async Task CloseTimeout_ClientThatNeverAnswers_StreamIsCancelled()
    {
        Server.Clock = _clock;
        Server.Settings = Server.Settings with { CloseTimeout = TimeSpan.FromSeconds(300) };
        using var client = await Http2Client.ConnectAsync(Server.Address);
        End.PutClose(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        await SocketServer.EventuallyAsync(() => Server.Socket!.IsClosing);
        _clock.Advance(TimeSpan.FromSeconds(300));
        Server.Socket!.Tick();
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("reset", await client.ReadAsync());
        Assert.Equal(Http2Connection.Cancel, client.Stream.ResetCode);
    }

    [Fact]
    public async Task SendTimeout_ClientThatGivesNoWindow_StreamIsCancelled()
    {
        Server.Clock = _clock;
        Server.Settings = Server.Settings with { SendTimeout = TimeSpan.FromSeconds(10) };
        using var client = await Http2Client.ConnectAsync(Server.Address);
        client.Stream.GivesWindow = false;
        await client.SendTextAsync("open");
        Assert.Equal("text open", await End.HeardAsync());
        End.Put(PairFrameKind.Binary, 0, new byte[1024 * 1024]);
        await SocketServer.EventuallyAsync(() => Server.Socket!.IsStalled);
        await SocketServer.EventuallyAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Server.Socket!.Tick();
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
        await using var connection = await Http2Connection.ConnectAsync(Server.Address, RawClient.Token);
        using var first = await Http2Client.ConnectAsync(connection);
        var late = Server.Socket!;
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
