using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Processes.Tests;

/// <summary>A node that speaks an earlier wire version only, between two of today: all of them serve as one cluster.</summary>
public sealed class WireVersionsTests(ITestOutputHelper output)
{
    private const int MessagesPerSecond = 200;
    private const int PairsEachWay = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Nodes_OfTwoVersions_ExchangeMessagesBothWays(string version)
    {
        var ports = ThreeNodes.FreePorts(9);
        await using var a = await TestNode.StartAsync(ports[0], ports[1], ports[2], ports[1], Cancellation);
        await using var earlier = await TestNode.StartAsync(ports[3], ports[4], ports[5], ports[1], Cancellation, "--wire", version);
        await using var c = await TestNode.StartAsync(ports[6], ports[7], ports[8], ports[1], Cancellation);
        TestNode[] nodes = [a, earlier, c];
        List<(ClientWebSocket First, ClientWebSocket Second, NumberedTraffic Traffic)> pairs = [];
        foreach (var (one, other) in nodes.SelectMany(one => nodes.Where(other => other != one).Select(other => (one, other))))
        {
            for (var i = 0; i < PairsEachWay; i++)
            {
                var name = $"w{pairs.Count}";
                var first = await one.ConnectAsync($"/pairs/{name}/0", Cancellation);
                var second = await other.ConnectAsync($"/pairs/{name}/1", Cancellation);
                pairs.Add((first, second, new NumberedTraffic(first, second, MessagesPerSecond, perTick: 2)));
            }
        }

        // It checks that nothing is lost, repeated or reordered.
        var over = new TaskCompletionSource();
        var traffic = pairs.Select(pair => pair.Traffic.RunAsync(() => over.Task, Cancellation)).ToArray();
        foreach (var node in nodes)
        {
            // Made on that node; its clients are on all of them.
            await node.GetListAsync($"/recorders/of-{node.Silo}/closes", Cancellation);
            foreach (var from in nodes)
            {
                using var session = await from.ConnectAsync($"/recorders/of-{node.Silo}", Cancellation);
                foreach (var text in (string[])["hi", new string('x', 100_000)])
                {
                    await session.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Cancellation);
                    Assert.Equal(text, await ReceiveAsync(session));
                }
            }
        }

        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Cancellation);
        over.SetResult();
        await Task.WhenAll(traffic);
        output.WriteLine($"{pairs.Sum(pair => pair.Traffic.Sent)} messages in {pairs.Count} pairs");
        foreach (var (first, second, _) in pairs)
        {
            first.Dispose();
            second.Dispose();
        }

        Assert.All(nodes, node => Assert.DoesNotContain("could not be", node.Output, StringComparison.Ordinal));
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await client.ReceiveAsync(buffer, Cancellation);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return Encoding.UTF8.GetString(message.ToArray());
    }
}
