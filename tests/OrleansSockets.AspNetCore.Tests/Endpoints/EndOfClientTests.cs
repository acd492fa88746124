using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Endpoints;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Clients that leave early, late, or while nobody reads them, on a whole node.</summary>
public sealed class EndOfClientTests
{
    private const string Upgrade =
        " HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProtocolChecks.Strict)]
    [InlineData(ProtocolChecks.Workers)]
    public async Task Fin_BeforeThe101_QueuedMessageIsDeliveredThen1006(ProtocolChecks checks)
    {
        var finSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = await EdgeNode.StartAsync(
            app => app.MapGet("/slow", async () =>
            {
                var (client, server) = new WebSocketPair();
                await finSeen.Task;
                server.Accept();
                server.OnClose(closed.SetResult);
                server.OnMessage(e => server.Send($"echo: {e.Data}"));
                server.Send("hello");
                return Results.WebSocket(client);
            }),
            edge => edge.ProtocolChecks = checks);
        using var client = new RawClient();
        await client.ConnectAsync(node.Address);
        await client.SendBytesAsync(
            (byte[])[.. "GET /slow"u8, .. Encoding.ASCII.GetBytes(Upgrade), .. RawClient.Frame(Opcode.Text, "early"u8.ToArray())]);
        client.SendFin();

        // The server has nothing to do but to see it.
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
        finSeen.SetResult();
        Assert.StartsWith("HTTP/1.1 101", await client.RequestAsync(""), StringComparison.Ordinal);
        Assert.Equal("text hello", await client.ReadAsync());
        Assert.Equal("text echo: early", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal(
            new CloseEvent(1006, "WebSocket disconnected without sending Close frame.", false),
            await closed.Task.WaitAsync(RawClient.Patience, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_WhileARequestIsServed_AbortsIt(bool reset)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = await EdgeNode.StartAsync(app => app.MapGet("/long", async (HttpContext context) =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            begun.SetResult();
            await aborted.Task;
        }));
        using var client = new RawClient();
        await client.ConnectAsync(node.Address);
        await client.SendBytesAsync("GET /long HTTP/1.1\r\nHost: test\r\n\r\n"u8.ToArray());
        if (reset)
        {
            await begun.Task.WaitAsync(RawClient.Patience, Token);
            client.Reset();
        }
        else
        {
            // Perhaps before the request is looked at.
            client.SendFin();
        }

        await aborted.Task.WaitAsync(RawClient.Patience, Token);
    }

    [Fact]
    public async Task Reset_BeforeThe101_EndsTheHandshake()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = await EdgeNode.StartAsync(
            app => app.MapGet("/never", context => WebSocketResult.Acceptor(context).HandleAsync(context, async timeout =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, timeout);
            return EndOffer.Refuse(500, "");
        })));
        using var client = new RawClient();
        await client.ConnectAsync(node.Address);
        await client.SendBytesAsync(Encoding.ASCII.GetBytes($"GET /never{Upgrade}"));
        await begun.Task.WaitAsync(RawClient.Patience, Token);
        client.Reset();
        await NoSocketsAsync(node);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("fin")]
    public async Task WhatRunsBehindASocket_SlowOrFailing_HoldsUpNoEndOfTcp(string how)
    {
        var never = new TaskCompletionSource();
        await using var node = await EdgeNode.StartAsync(app => app.MapGet("/{kind}", (HttpContext context, string kind) =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            var offer = new EndOffer
            {
                Ticket = client.TryRelease(),
                Beside = kind == "slow" ? (_, _, _) => never.Task : (_, _, _) => throw new InvalidOperationException("beside"),
                Ended = (_, _) => throw new InvalidOperationException("ended"),
            };
            return OfferAsync(context, offer);
        }));
        foreach (var kind in new[] { "slow", "failing" })
        {
            using var client = await node.ConnectAsync($"/{kind}");
            if (how == "fin")
            {
                client.SendFin();
            }
            else
            {
                await client.SendCloseAsync(1000);
                Assert.Equal("close 1000 ", await client.ReadAsync());
            }

            Assert.Equal("fin", await client.ReadAsync().WaitAsync(TimeSpan.FromSeconds(4), TimeProvider.System, Token));
        }

        never.SetResult();
    }

    [Fact]
    public async Task Refused_NodeIsFull_SaysWhenToTryAgain()
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.MaxSockets = 1);
        using var first = await node.ConnectAsync("/echo");
        using var second = new RawClient();
        var head = await second.UpgradeAsync(node.Address, "/echo");
        Assert.Equal("503", EdgeNode.StatusOf(head));
        Assert.Contains("\r\nRetry-After: 2", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_PeerDoesNotRead_SocketIsGoneAtOnce(bool alone)
    {
        await using var node = await EdgeNode.StartAsync(app => app.MapWebSocketPairs("/pairs"));
        using var reader = alone ? new RawClient() : await node.ConnectAsync("/pairs/full/1");
        using var client = await node.ConnectAsync("/pairs/full/0");
        if (alone)
        {
            await client.SendAsync(Opcode.Binary, new byte[100 * 1024]);

            // Long enough for the server to have read all that it has room for.
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
        }
        else
        {
            await client.StallAsync();
        }

        client.Reset();
        await NoSocketsAsync(node, but: alone ? 0 : 1);
    }

    [Fact]
    public async Task Shutdown_PeerDoesNotRead_ClosesAsPromptlyAsEver()
    {
        await using var node = await EdgeNode.StartAsync(app =>
        {
            EchoEndpoint.Map(app);
            app.MapGet("/deaf", () =>
            {
                var (client, server) = new WebSocketPair();
                server.Accept();
                server.OnMessage(_ => new TaskCompletionSource().Task);
                return Results.WebSocket(client);
            });
        });
        using var client = await node.ConnectAsync("/deaf");
        await client.SendAsync(Opcode.Binary, new byte[300_000]);
        await client.SendAsync(Opcode.Binary, new byte[300_000]);
        await client.SendAsync(Opcode.Binary, new byte[300_000]);
        var stopping = node.App.StopAsync(Token);
        Assert.Equal("close 1001 The server shuts down.", await client.ReadAsync());
        await client.SendCloseAsync(1001);
        Assert.Equal("fin", await client.ReadAsync().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Token));
        await stopping;
    }

    [Fact]
    public async Task CloseOfTheEdge_LastMessagesAreThrownAway_ThePeerSeesADropAndTheTimelineSaysWhy()
    {
        var coupled = new TaskCompletionSource<EdgeSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource<CloseEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        WebSocketEnd? end = null;
        await using var node = await EdgeNode.StartAsync(app => app.MapGet("/slow", async (HttpContext context) =>
        {
            var (client, server) = new WebSocketPair();
            end = server;
            server.Accept();
            server.OnMessage(_ => gate.Task);
            server.OnClose(closed.SetResult);
            var offer = new EndOffer
            {
                Ticket = client.TryRelease(),
                Beside = (_, socket, _) =>
                {
                    coupled.SetResult(socket);
                    return Task.CompletedTask;
                },
            };
            await OfferAsync(context, offer);
        }));
        using var client = await node.ConnectAsync("/slow");
        var socket = await coupled.Task.WaitAsync(RawClient.Patience, Token);
        for (var i = 0; i < 30; i++)
        {
            await client.SendAsync(Opcode.Binary, new byte[10_000]);
        }

        await SocketServer.EventuallyAsync(() => socket.IsPaused);
        socket.CloseWith(1001, "going");
        Assert.Equal("close 1001 going", await client.ReadAsync());
        await client.SendCloseAsync(1001);
        Assert.Equal("fin", await client.ReadAsync().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Token));

        gate.SetResult();
        Assert.Equal(1006, (await closed.Task.WaitAsync(RawClient.Patience, Token)).Code);
        Assert.Contains(
            "what the client sent last was thrown away: its socket was being closed, and its peer had no room",
            end!.Core.Pair.Timeline.ToArray().Select(entry => entry.What));
    }

    private static Task OfferAsync(HttpContext context, EndOffer offer) =>
        WebSocketResult.Acceptor(context).HandleAsync(context, _ => Task.FromResult(offer));

    private static async Task NoSocketsAsync(EdgeNode node, int but = 0)
    {
        var registry = node.App.Services.GetRequiredService<SocketRegistry>();
        var began = TimeProvider.System.GetTimestamp();
        while (registry.Count > but)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(8), "the socket is still there");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }
    }
}
