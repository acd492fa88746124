using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSockets.Frames;
using OrleansSockets.Wire;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

public sealed class EdgeSocketTests() : SocketEndingTests(HttpProtocols.Http1)
{
    [Fact]
    public async Task Messages_BothWays_ArriveInOrder()
    {
        using var client = await Server.ConnectAsync();
        await client.SendTextAsync("hällo");
        await client.SendAsync(Opcode.Binary, [1, 2]);
        await client.SendAsync(Opcode.Text, "a"u8.ToArray(), fin: false);
        await client.SendAsync(Opcode.Ping, [7]);
        await client.SendAsync(Opcode.Continuation, "b"u8.ToArray());
        Assert.Equal("text hällo", await End.HeardAsync());
        Assert.Equal("binary 0102", await End.HeardAsync());
        Assert.Equal("text ab", await End.HeardAsync());
        Assert.Equal("pong 07", await client.ReadAsync());

        End.Put("eins");
        End.Put("");
        End.Put(PairFrameKind.Binary, 0, [0xFF]);
        Assert.Equal("text eins", await client.ReadAsync());
        Assert.Equal("text ", await client.ReadAsync());
        Assert.Equal("binary FF", await client.ReadAsync());
    }

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(200_000)]
    public async Task Messages_Large_PassBothWays(int length)
    {
        using var client = await Server.ConnectAsync();
        await client.SendAsync(Opcode.Binary, new byte[length]);
        Assert.Equal($"binary {length}", await End.HeardAsync());
        End.Put(PairFrameKind.Binary, 0, new byte[length]);
        End.Put("after");
        Assert.Equal($"binary {length}", await client.ReadAsync());
        Assert.Equal("text after", await client.ReadAsync());
        await End.ConsumedAsync(2);
    }

    [Fact]
    public async Task Messages_ReadyTogether_LeaveInOneWrite()
    {
        using var client = await Server.ConnectAsync();
        End.Put([.. Enumerable.Repeat(FakeEnd.Item(PairFrameKind.Text, 0, "0123456789"u8.ToArray()), 100)]);
        var buffer = new byte[4096];
        Assert.Equal(1200, await client.Socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Close_OddCodeAndLongReasonOfPeer_AreWrittenAsTheyAre()
    {
        using var client = await Server.ConnectAsync();
        var reason = new string('r', 200);
        End.PutClose(999, reason);
        Assert.Equal($"close 999 {reason}", await client.ReadAsync());
    }

    [Fact]
    public async Task Close_DataBehindIt_IsNeverHeard()
    {
        using var client = await Server.ConnectAsync();
        await client.SendBytesAsync(
            new[] { RawClient.Close(1000, "x"), RawClient.Frame(Opcode.Text, "late"u8.ToArray()) }.SelectMany(f => f).ToArray());
        await client.SendTextAsync("later");
        Assert.Equal("close 1000 x", await End.HeardAsync());
        End.PutClose(1000, "x");
        Assert.Equal("close 1000 x", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task Fin_AfterClientsClose_AnswerStillReachesTheWire()
    {
        using var client = await Server.ConnectAsync();
        await client.SendCloseAsync(1000, "bye");
        client.SendFin();
        Assert.Equal("close 1000 bye", await End.HeardAsync());

        // Long enough for the server to have seen the FIN and to abort, if it did.
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(End.HasHeard);
        Assert.False(Server.Ended.Task.IsCompleted);
        End.Put("late");
        End.PutClose(1000, "reply");
        Assert.Equal("text late", await client.ReadAsync());
        Assert.Equal("close 1000 reply", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task Fin_NobodyAtTheOtherEnd_EndsTcpAtOnce()
    {
        End.HasPeer = false;
        using var client = await Server.ConnectAsync();
        client.SendFin();
        Assert.Equal("end of input", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task Fin_InsideAFrame_IsADrop()
    {
        using var client = await Server.ConnectAsync();
        await client.SendBytesAsync(RawClient.Frame(Opcode.Text, "hello world"u8.ToArray()).AsMemory()[..^4]);
        client.SendFin();
        Assert.Equal("end of input", await End.HeardAsync());
        End.PutAbort();
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task Violation_TooLargeByHeaderAlone_ClosedWhileTheClientStillSends()
    {
        using var client = await Server.ConnectAsync();
        await client.SendBytesAsync(Convert.FromHexString("82FF000000000210000011223344"));
        Assert.Equal("abort 1009 Message is too large: 34603008 > 1048576", await End.HeardAsync());
        End.PutAbort();
        for (var i = 0; i < 20; i++)
        {
            await client.SendBytesAsync(new byte[16 * 1024]);
        }

        Assert.Equal("close 1009 Message is too large: 34603008 > 1048576", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Fact]
    public async Task Room_None_SocketIsNotReadUntilThereIs()
    {
        using var client = await Server.ConnectAsync();
        await client.SendTextAsync("1");
        Assert.Equal("text 1", await End.HeardAsync());
        await Server.PauseAsync(client);
        var sent = await client.StallAsync();
        Assert.True(sent < 64 * 1024 * 1024, "TCP never pushed back");
        Assert.True(Server.Socket!.IsPaused);
        End.SetRoom(true);
        Assert.StartsWith("binary", await End.HeardAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProtocolChecks.Strict, "0001020304050607080910111213141516171819")]
    [InlineData(ProtocolChecks.Workers, "0019")]
    public async Task Pings_InOneWrite_AllAnsweredOrTheFirstAndTheLast(ProtocolChecks checks, string answered)
    {
        Server.Settings = Server.Settings with { Checks = checks };
        using var client = await Server.ConnectAsync();
        await client.SendTextAsync("the loops run");
        await End.HeardAsync();
        await client.SendBytesAsync(
            Enumerable.Range(0, 20).SelectMany(i => RawClient.Frame(Opcode.Ping, [(byte)((i / 10 * 16) + (i % 10))])).ToArray());
        for (var i = 0; i < answered.Length; i += 2)
        {
            Assert.Equal($"pong {answered.AsSpan(i, 2)}", await client.ReadAsync());
        }
    }

    [Fact]
    public async Task CloseWith_OfTheEdge_GoesOutAndTheAnswerIsHeard()
    {
        using var client = await Server.ConnectAsync();
        await client.SendTextAsync("x");
        await End.HeardAsync();
        Server.Socket!.CloseWith(1001, "The server shuts down.");
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());
        await client.SendCloseAsync(1001);
        Assert.Equal("close 1001", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task CloseWith_PeerIsGone_TheAnswerIsAwaitedAllTheSame()
    {
        using var client = await Server.ConnectAsync();
        await client.SendTextAsync("x");
        await End.HeardAsync();
        Server.Socket!.CloseWith(1001, "The server shuts down.");
        End.LosePeer();
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());

        // Longer than an answer that nobody hears is awaited.
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        await client.SendTextAsync("under way");
        await client.SendCloseAsync(1001);
        Assert.Equal("text under way", await End.HeardAsync());
        Assert.Equal("close 1001", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_OfAPeerThatIsGone_WaitsForTheAnswerAMoment(bool answers)
    {
        using var client = await Server.ConnectAsync();
        End.PutClose(1000);
        End.LosePeer();
        Assert.Equal("close 1000 ", await client.ReadAsync());
        if (answers)
        {
            await client.SendCloseAsync(1000);
            Assert.Equal("close 1000", await End.HeardAsync());
        }

        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }
}
