using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;
using OrleansSockets.Tests;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Strangers;

/// <summary>Whatever a stranger sends on an open socket, the node answers what is right of it, ends the socket, and goes on.</summary>
[Collection(nameof(LeakTests))]
public sealed class MutatedFrameTests
{
    private const int Seed = 20_261_127;
    private const int Frames = 1_000_000;
    private const int AtATime = 8;
    private const int MostBatches = 4;
    private const int FramesPerBatch = 100;

    [Theory]
    [InlineData(ProtocolChecks.Strict, Frames * 3 / 4)]
    [InlineData(ProtocolChecks.Workers, Frames / 4)]
    public async Task Frames_MutatedInEveryPart_TheNodeGoesOnAndNothingIsLeft(ProtocolChecks checks, int frames)
    {
        using var log = new RecordedLog();
        await using var node = await EdgeNode.StartAsync(
            EchoEndpoint.Map, edge => edge.ProtocolChecks = checks, services: services => services.AddSingleton<ILoggerProvider>(log));
        var (written, connections) = (0, 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, AtATime),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = RawClient.Token },
            async (lane, _) =>
            {
                var random = new Random(Seed + lane);
                for (var left = frames / AtATime; left > 0;)
                {
                    var count = await RunAsync(node, random);
                    left -= count;
                    Interlocked.Add(ref written, count);
                    Interlocked.Increment(ref connections);
                }
            });
        TestContext.Current.TestOutputHelper?.WriteLine($"{written} frames in {connections} connections");

        Assert.True(written >= frames);
        using (var client = await node.ConnectAsync("/echo"))
        {
            await client.SendTextAsync("still there?");
            Assert.Equal("text echo: still there?", await client.ReadAsync());
        }

        Assert.Empty(log.Errors);
        var (sockets, pairs) = (node.App.Services.GetRequiredService<SocketRegistry>(), node.App.Services.GetRequiredService<PairHub>());
        await SocketServer.EventuallyAsync(
            () => sockets.Count == 0 && pairs.Count == 0, () => $"{sockets.Count} sockets and {pairs.Count} pairs are left");
    }

    // One connection: what is right, then one frame that is not, then the end. The number of frames.
    private static async Task<int> RunAsync(EdgeNode node, Random random)
    {
        using var client = await node.ConnectAsync("/echo");
        var frames = new MutatedFrames(random);
        var reading = Task.Run(() => ReadToEndAsync(client));
        for (var batches = random.Next(1, MostBatches); batches > 0; batches--)
        {
            for (var i = 0; i < FramesPerBatch; i++)
            {
                frames.WriteHarmless();
            }

            await client.SendBytesAsync(frames.Take());
        }

        frames.WriteHarmful();
        try
        {
            await client.SendBytesAsync(frames.Take());

            // Where the frame was half a one, or not harmful after all, the end is ours.
            client.SendFin();
        }
        catch (SocketException)
        {
            // The server was quicker.
        }

        var (answers, last) = await reading;
        Assert.True(answers >= frames.Messages, $"{answers} answers to {frames.Messages} messages, then {last}");
        return frames.Count;
    }

    private static async Task<(int Answers, string Last)> ReadToEndAsync(RawClient client)
    {
        var (answers, last) = (0, "nothing");
        while (true)
        {
            var read = await client.ReadAsync();
            if (read is "reset" || read.StartsWith("fin", StringComparison.Ordinal))
            {
                return (answers, $"{last}, {read}");
            }

            if (read.StartsWith("text", StringComparison.Ordinal) || read.StartsWith("binary", StringComparison.Ordinal))
            {
                answers++;
            }
            else if (!read.StartsWith("pong", StringComparison.Ordinal))
            {
                last = read;
            }
        }
    }
}
