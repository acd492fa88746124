using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSockets.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>Kestrel with one address that couples each socket to a fake end: the edge without a silo.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SocketServer(WebApplication app) => _app = app;

    public SocketSettings Settings { get; set; } = new(FrameRole.Server, ProtocolChecks.Strict, 1 << 20)
    {
        DrainTimeout = new EdgeOptions().DrainTimeout,
    };

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public FakeEnd End { get; } = new();

    public EdgeSocket? Socket { get; private set; }

    /// <summary>Ends when the socket's loops have.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndPoint Address { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public static async Task<SocketServer> StartAsync(bool halfClose = true, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        if (halfClose)
        {
            builder.Services.AddSingleton<IConnectionListenerFactory, HalfCloseListenerFactory>();
        }

        var app = builder.Build();
        var server = new SocketServer(app);
        app.Run(server.ServeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
        return server;
    }

    /// <summary>A client whose socket is open.</summary>
    public async Task<RawClient> ConnectAsync()
    {
        var client = new RawClient();
        Assert.StartsWith("HTTP/1.1 101", await client.UpgradeAsync(Address), StringComparison.Ordinal);
        return client;
    }

    /// <summary>Takes the peer's room away, until the socket is not read any more. The end has heard all that was read.</summary>
    public async Task PauseAsync(RawClient client)
    {
        End.SetRoom(false);

        // A read that was under way takes this; else it waits in the socket.
        await client.SendTextAsync("nudge");
        await EventuallyAsync(() => Socket!.IsPaused);
        if (!End.HasHeard)
        {
            // Let it in, and pause behind it.
            End.SetRoom(true);
            Assert.Equal("text nudge", await End.HeardAsync());
            await PauseAsync(client);
            return;
        }

        Assert.Equal("text nudge", await End.HeardAsync());
    }

    public static Task EventuallyAsync(Func<bool> condition, Func<string>? problem = null) =>
        EventuallyAsync(() => Task.FromResult(condition()), problem);

    public static async Task EventuallyAsync(Func<Task<bool>> condition, Func<string>? problem = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(began) < RawClient.Patience,
                problem?.Invoke() ?? "what the test waits for did not happen");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, RawClient.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The end is a fake, and may leave the socket waiting for ever; Kestrel would wait for it, too.
        Socket?.Reset("the test is over");
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (WebSocketHandshake.Check(context, new EdgeOptions(), anyOrigin: true) is { } failure)
        {
            await failure.WriteAsync(context);
            return;
        }

        try
        {
            context.Features.Get<IHalfCloseFeature>()?.BeginRequest(mayBecomeSocket: true);
            var stream = await WebSocketHandshake.AcceptAsync(context, null);
            using var reset = new StreamReset(context);
            Socket = new EdgeSocket(stream, End, Settings, Clock, NullLogger.Instance, ConnectionWatch.Of(context), reset.Reset);
            await Socket.RunAsync();
            Ended.TrySetResult();
        }
        catch (Exception e)
        {
            Ended.TrySetException(e);
            throw;
        }
    }
}
