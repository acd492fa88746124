using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Clients that come and go in every way leave nothing behind.</summary>
public sealed class ChurnTests : IAsyncLifetime
{
    private const int Clients = 120;
    private const int AtATime = 12;

    private EdgeNode _a = null!;
    private EdgeNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        _a = await EdgeNode.StartAsync(Map);
        _b = await EdgeNode.StartAsync(Map, primary: _a);
    }

    public async ValueTask DisposeAsync()
    {
        await _b.DisposeAsync();
        await _a.DisposeAsync();
    }

    [Fact]
    public async Task Sockets_EndedInEveryWay_NoSocketAndNoPairIsLeft()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Clients),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = RawClient.Token },
            async (i, _) =>
            {
                var random = new Random(seed + i);
                if (i % 3 == 0)
                {
                    var first = await _a.ConnectAsync($"/pairs/{seed}-{i}/0");
                    var second = await _b.ConnectAsync($"/pairs/{seed}-{i}/1");
                    await Task.WhenAll(LeaveAsync(first, random), LeaveAsync(second, new Random(seed - i)));
                }
                else
                {
                    var client = await (i % 2 == 0 ? _a : _b).ConnectAsync(i % 3 == 1 ? "/echo" : "/manual");
                    await LeaveAsync(client, random);
                }
            });

        foreach (var node in new[] { _a, _b })
        {
            var sockets = node.App.Services.GetRequiredService<SocketRegistry>();
            var pairs = node.App.Services.GetRequiredService<PairHub>();
            await SocketServer.EventuallyAsync(() => sockets.Count == 0, () => $"{sockets.Count} sockets are left");
            await SocketServer.EventuallyAsync(() => pairs.Count == 0, () => $"{pairs.Count} pairs are left");
        }
    }

    private static void Map(WebApplication app)
    {
        app.MapWebSocketPairs("/pairs");
        EchoEndpoint.MapVerbatim(app);
        app.MapGet("/manual", () =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept(new AcceptOptions { AllowHalfOpen = true });
            server.OnMessage(e =>
            {
                if (e.Data.Bytes.Length % 5 == 0)
                {
                    server.Close(4000, "enough");
                }
                else if (e.Data.Bytes.Length % 5 == 1)
                {
                    throw new InvalidOperationException("a listener that throws");
                }
            });
            server.OnClose(_ => server.Close(4001, "answer"));
            return Results.WebSocket(client);
        });
    }

    private static async Task LeaveAsync(RawClient client, Random random)
    {
        using var gone = client;
        try
        {
            for (var messages = random.Next(4); messages > 0; messages--)
            {
                await client.SendAsync(Opcode.Binary, new byte[random.Next(3) == 0 ? random.Next(40_000) : random.Next(200)]);
            }

            switch (random.Next(7))
            {
                case 0:
                    client.Reset();
                    break;
                case 1:
                    client.SendFin();
                    break;
                case 2:
                    await client.SendCloseAsync(1000, "bye");
                    client.Reset();
                    break;
                case 3:
                    await client.SendCloseAsync();
                    client.SendFin();
                    break;
                case 4:
                    await client.SendAsync((Opcode)5, []);
                    break;
                case 5:
                    await client.SendBytesAsync(RawClient.Frame(Opcode.Text, new byte[300]).AsMemory()[..100]);
                    break;
                default:
                    await client.SendCloseAsync(4999, "end");
                    while (await client.ReadAsync() is { } read && !read.StartsWith("fin", StringComparison.Ordinal) && read != "reset")
                    {
                        // Whatever is still under way.
                    }

                    break;
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The server was faster.
        }
    }
}
