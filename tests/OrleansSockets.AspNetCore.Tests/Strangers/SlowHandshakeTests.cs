using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.AspNetCore.Tests.Sockets;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Strangers;

/// <summary>Clients that begin a handshake and never end it cost the others nothing, and are gone after a while.</summary>
[Collection(nameof(LeakTests))]
public sealed class SlowHandshakeTests
{
    private const int Slow = 2000;
    private const int Normal = 200;
    private const int SlowestRank = Normal / 100;

    private const string Handshake =
        "GET /echo HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + "dGhl";

    /// <summary>Shorter than the shipped one; the slow ones all have to be there before the first of them is ended.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Handshakes_HalfOpen_OthersAreServedAndTheNodeEndsThem()
    {
        var shipped = TimeSpan.MaxValue;

        // None of them may take the place of a socket.
        await using var node = await EdgeNode.StartAsync(
            EchoEndpoint.Map,
            edge => edge.MaxSockets = 2,
            services: services => services.PostConfigure<KestrelServerOptions>(kestrel =>
            {
                shipped = kestrel.Limits.RequestHeadersTimeout;
                kestrel.Limits.RequestHeadersTimeout = Limit;
            }));
        using var connections = new ConnectionCount(node.Port);
        Assert.InRange(shipped, Limit, TimeSpan.FromSeconds(30));
        var sockets = node.App.Services.GetRequiredService<SocketRegistry>();
        var slow = new ConcurrentBag<Socket>();
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, Slow), RawClient.Token, async (i, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                slow.Add(socket);
                await socket.ConnectAsync(node.Address, token);
                await socket.SendAsync(Encoding.ASCII.GetBytes(Handshake[..(1 + (i % Handshake.Length))]), token);
            });
            await SocketServer.EventuallyAsync(() => connections.Current == Slow, () => $"{connections.Current} connections");
            var began = TimeProvider.System.GetTimestamp();

            var times = new List<TimeSpan>();
            while (times.Count < Normal)
            {
                times.Add(await ConnectAndLeaveAsync(node));
            }

            times.Sort();
            var p99 = times[^SlowestRank];
            TestContext.Current.TestOutputHelper?.WriteLine($"p99 of a handshake beside {Slow} slow ones: {p99.TotalMilliseconds} ms");
            Assert.InRange(p99, TimeSpan.Zero, TimeSpan.FromSeconds(1));
            Assert.Equal(Slow, slow.Count(socket => !socket.Poll(0, SelectMode.SelectRead)));

            var most = Limit + RawClient.Patience;
            foreach (var socket in slow)
            {
                using var patience = new CancellationTokenSource(most - TimeProvider.System.GetElapsedTime(began));
                await ReadToEndAsync(socket, patience.Token);
            }

            await SocketServer.EventuallyAsync(
                () => connections.Current == 0 && sockets.Count == 0,
                () => $"{connections.Current} connections and {sockets.Count} sockets are left");
        }
        finally
        {
            foreach (var socket in slow)
            {
                socket.Dispose();
            }
        }
    }

    private static async Task<TimeSpan> ConnectAndLeaveAsync(EdgeNode node)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var client = await node.ConnectAsync("/echo");
        var took = TimeProvider.System.GetElapsedTime(began);
        await client.SendTextAsync("hi");
        Assert.Equal("text echo: hi", await client.ReadAsync());
        await client.SendCloseAsync(1000);
        Assert.Equal("close 1000 ", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        return took;
    }

    private static async Task ReadToEndAsync(Socket socket, CancellationToken patience)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience) > 0)
            {
                // A 408.
            }
        }
        catch (SocketException)
        {
            // A reset is an end, too.
        }
    }

    /// <summary>What Kestrel itself counts at one port.</summary>
    private sealed class ConnectionCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _current;

        public ConnectionCount(int port)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Name: "kestrel.active_connections", Meter.Name: "Microsoft.AspNetCore.Server.Kestrel" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, change, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag is { Key: "server.port", Value: int at } && at == port)
                    {
                        Interlocked.Add(ref _current, change);
                    }
                }
            });
            _listener.Start();
        }

        public long Current => Interlocked.Read(ref _current);

        public void Dispose() => _listener.Dispose();
    }
}
