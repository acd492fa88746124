using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Compatibility;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Limits, shutdown, HTTP/2 and registration of a whole node.</summary>
public sealed class EdgeNodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http2_ExtendedConnect_EchoAndClose()
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, protocols: HttpProtocols.Http2);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{node.Port}/echo"), http, Token);
        await client.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(buffer, Token);
        Assert.Equal("echo: hi", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await client.CloseAsync((WebSocketCloseStatus)4001, "bye", Token);
        Assert.Equal((WebSocketCloseStatus)4001, client.CloseStatus);
    }

    [Fact]
    public async Task MaxSockets_OneTooMany_503WithRetryAfterUntilOneLeaves()
    {
        const int most = 3;
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.MaxSockets = most);
        var clients = new List<RawClient>();
        try
        {
            while (clients.Count < most)
            {
                clients.Add(await node.ConnectAsync("/echo"));
            }

            using (var refused = new RawClient())
            {
                var head = await refused.UpgradeAsync(node.Address, "/echo");
                Assert.Equal("503", EdgeNode.StatusOf(head));
                Assert.Contains("\r\nRetry-After: ", head, StringComparison.Ordinal);
            }

            await clients[1].SendCloseAsync(1000);
            Assert.Equal("close 1000 ", await clients[1].ReadAsync());
            Assert.Equal("fin", await clients[1].ReadAsync());

            // The place is free when the request has ended, a moment after the client saw its end. A refusal takes none.
            var registry = node.App.Services.GetRequiredService<SocketRegistry>();
            await SocketServer.EventuallyAsync(() => registry.Count == most - 1, () => $"{registry.Count} places are taken");

            clients.Add(await node.ConnectAsync("/echo"));
            Assert.Equal("503", await node.StatusAsync("/echo"));
            foreach (var client in new[] { clients[0], clients[2], clients[3] })
            {
                await client.SendTextAsync("still");
                Assert.Equal("text echo: still", await client.ReadAsync());
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Theory]
    [InlineData(ProtocolChecks.Strict, "close 1002 Received Close frame with the invalid code 999")]
    [InlineData(ProtocolChecks.Workers, "close 999 weird")]
    public async Task ProtocolChecks_OddCloseCode_RefusedOrMirrored(ProtocolChecks checks, string expected)
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.ProtocolChecks = checks);
        using var client = await node.ConnectAsync("/echo");
        await client.SendCloseAsync(999, "weird");
        Assert.Equal(expected, await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
    }

    [Fact]
    public async Task Deployment_OfTheRequest_DecidesAndAnUnknownOneIs404()
    {
        await using var node = await EdgeNode.StartAsync(
            app => app.MapGet("/{deployment}/state", () =>
            {
                var (client, server) = new WebSocketPair();
                server.Accept();
                server.OnClose(_ => server.Send(server.ReadyState.ToString()));
                return Results.WebSocket(client);
            }),
            edge => edge.Deployment = request => request.Request.Path.Value!.Split('/')[1],
            silo => silo.Deployments["old"] = new CompatibilitySettings("2026-04-06", []));
        using var client = await node.ConnectAsync("/old/state");
        await client.SendCloseAsync(1000);
        Assert.Equal("text Closing", await client.ReadAsync());
        Assert.Equal("404", await node.StatusAsync("/new/state"));
    }

    [Fact]
    public async Task Shutdown_OpenSocket_ReadinessOffAndClosed()
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.DrainCode = 1012);
        using var client = await node.ConnectAsync("/echo");
        await client.SendTextAsync("x");
        await client.ReadAsync();
        var stopping = node.App.StopAsync(Token);
        Assert.Equal("close 1012 The server shuts down.", await client.ReadAsync());
        var health = await node.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(
            check => check.Tags.Contains("ready"), Token);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Equal("503", await node.StatusAsync("/echo"));
        await client.SendCloseAsync(1012);
        Assert.Equal("fin", await client.ReadAsync());
        await stopping;
    }

    [Fact]
    public async Task Shutdown_ClientThatDoesNotAnswer_IsResetAtTheDeadline()
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge =>
        {
            edge.DrainPeriod = TimeSpan.Zero;
            edge.DrainTimeout = TimeSpan.FromMilliseconds(200);
        });
        using var client = await node.ConnectAsync("/echo");
        var stopping = node.App.StopAsync(Token);
        Assert.StartsWith("close 1001", await client.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("reset", await client.ReadAsync());
        await stopping;
    }

    [Fact]
    public async Task KeepAlive_OnTheNodesOwnTimer_SilentClientIsReset()
    {
        await using var node = await EdgeNode.StartAsync(EchoEndpoint.Map, edge =>
        {
            edge.KeepAliveInterval = TimeSpan.FromMilliseconds(100);
            edge.KeepAliveTimeout = TimeSpan.FromMilliseconds(100);
        });
        using var client = await node.ConnectAsync("/echo");
        Assert.Equal("ping ", await client.ReadAsync());
        Assert.Equal("reset", await client.ReadAsync());
    }

    [Fact]
    public async Task Registration_BadOption_StopsTheHostWithASentence()
    {
        var problem = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EdgeNode.StartAsync(EchoEndpoint.Map, edge => edge.MaxSockets = 0));
        Assert.Contains("EdgeOptions.MaxSockets is 0; it must be at least 1.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registration_Forgotten_OneSentenceNamesIt()
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        var problem = Assert.Throws<InvalidOperationException>(() => app.MapWebSocketPairs("/pairs"));
        Assert.Equal("Call services.AddOrleansSocketsEdge() before mapping WebSocket endpoints.", problem.Message);
    }

    [Fact]
    public async Task Registration_WithoutSilo_OneSentenceNamesIt()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddOrleansSocketsEdge().AddOrleansSocketsEdge();
        await using var app = builder.Build();
        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Token));
        Assert.Contains("Call siloBuilder.AddOrleansSockets() in UseOrleans()", problem.Message, StringComparison.Ordinal);
    }
}
