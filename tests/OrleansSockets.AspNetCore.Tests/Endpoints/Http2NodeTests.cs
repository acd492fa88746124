using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Conformance.Client;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Several sockets on one connection of HTTP/2: what one does is nothing to the others.</summary>
public sealed class Http2NodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stalled_ReaderOnASharedConnection_StaysOpenAndHarmsNoOther()
    {
        await using var node = await EdgeNode.StartAsync(Map, protocols: HttpProtocols.Http2);
        await using var connection = await Http2Connection.ConnectAsync(node.Address, Token, window: 100);
        using var other = await Http2Client.ConnectAsync(connection, "/echo");
        using var stalled = await Http2Client.ConnectAsync(connection, "/long");
        stalled.Stream.GivesWindow = false;

        // Longer than the grace period of Kestrel's own limit of slow readers, which would end the whole connection.
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Token);
        await other.SendTextAsync("still here");
        Assert.Equal("text echo: still here", await other.ReadAsync());

        stalled.Stream.GivesWindow = true;
        await connection.GiveWindowAsync(stalled.Stream.Id, 1000);
        Assert.Equal("binary 500", await stalled.ReadAsync());
    }

    [Fact]
    public async Task Paused_SocketsOnASharedConnection_LeaveTheOthersTheirWindow()
    {
        await using var node = await EdgeNode.StartAsync(Map, protocols: HttpProtocols.Http2);
        await using var connection = await Http2Connection.ConnectAsync(node.Address, Token);
        using var other = await Http2Client.ConnectAsync(connection, "/echo");
        var paused = new List<Http2Client>();
        for (var i = 0; i < 20; i++)
        {
            var client = await Http2Client.ConnectAsync(connection, "/deaf");
            paused.Add(client);
            _ = client.Stream.WriteAsync(
                Enumerable.Repeat(RawClient.Frame(Opcode.Binary, new byte[64 * 1024]), 32).SelectMany(frame => frame).ToArray());
        }

        await SocketServer.EventuallyAsync(() => paused.TrueForAll(client => client.Stream.Window == 0));
        await other.SendTextAsync("still here");
        Assert.Equal("text echo: still here", await other.ReadAsync());
        paused.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Messages_OfMoreThanTheMostOfARequestBody_Arrive()
    {
        await using var node = await EdgeNode.StartAsync(Map, protocols: HttpProtocols.Http2);
        using var client = await Http2Client.ConnectAsync(node.Address, "/count");
        var message = RawClient.Frame(Opcode.Binary, new byte[1024 * 1024]);
        for (var i = 0; i < 31; i++)
        {
            await client.SendBytesAsync(message);
            Assert.Equal("text 1048576", await client.ReadAsync());
        }
    }

    [Fact]
    public async Task Shutdown_ConnectionWithSockets_GoesAwayWhenTheyHaveEnded()
    {
        await using var node = await EdgeNode.StartAsync(Map, protocols: HttpProtocols.Http2);
        await using var connection = await Http2Connection.ConnectAsync(node.Address, Token);
        using var first = await Http2Client.ConnectAsync(connection, "/echo");
        using var second = await Http2Client.ConnectAsync(connection, "/echo");
        await first.SendTextAsync("a");
        Assert.Equal("text echo: a", await first.ReadAsync());

        var stopping = node.App.StopAsync(Token);
        Assert.Equal("close 1001 The server shuts down.", await first.ReadAsync());
        Assert.Equal("close 1001 The server shuts down.", await second.ReadAsync());
        await first.SendCloseAsync(1001);
        Assert.Equal("fin", await first.ReadAsync());
        var late = await connection.OpenWebSocketAsync("test", "/echo");
        Assert.Equal("503", (await late.Head.WaitAsync(RawClient.Patience, TimeProvider.System, Token))[":status"]);
        Assert.False(connection.WentAway.IsCompleted);
        await second.SendCloseAsync(1001);
        Assert.Equal("fin", await second.ReadAsync());
        Assert.Equal(0, await connection.WentAway.WaitAsync(RawClient.Patience, TimeProvider.System, Token));
        await stopping;
    }

    [Fact]
    public async Task Pairs_ClientsOfBothVersions_MeetAndClose()
    {
        await using var node = await EdgeNode.StartAsync(Map, protocols: HttpProtocols.Http2);
        await using var http1 = await EdgeNode.StartAsync(Map, primary: node);
        using var a = await Http2Client.ConnectAsync(node.Address, "/pairs/tea/0");
        using var b = await http1.ConnectAsync("/pairs/tea/1");
        await b.SendTextAsync("from HTTP/1.1");
        Assert.Equal("text from HTTP/1.1", await a.ReadAsync());
        a.Reset();
        Assert.Equal("fin", await b.ReadAsync());
    }

    private static void Map(WebApplication app)
    {
        app.MapWebSocket("/echo", () => Serve(server => server.OnMessage(e => server.Send($"echo: {e.Data}"))));
        app.MapWebSocket("/count", () => Serve(server => server.OnMessage(e => server.Send($"{e.Data.Bytes.Length}"))));
        app.MapWebSocket("/long", () => Serve(server => server.Send(new byte[500])));
        app.MapWebSocket("/deaf", () => Results.WebSocket(new WebSocketPair().Client));
        app.MapWebSocketPairs("/pairs");
    }

    private static IResult Serve(Action<WebSocketEnd> begin)
    {
        var (client, server) = new WebSocketPair();
        server.Accept();
        begin(server);
        return Results.WebSocket(client);
    }
}
