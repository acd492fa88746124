using System.Diagnostics;
using System.Net.WebSockets;

namespace OrleansSockets.Processes.Tests;

/// <summary>A | B cut while C reaches both: what is between A and B goes through C, and nobody is declared dead.</summary>
public sealed class CutLinkTests(ITestOutputHelper output)
{
    private const int MessagesPerSecond = 200;
    private const int Pairs = 6;
    private const int Joins = 12;

    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cut_BetweenTwoNodesThatReachAThird_PairsGoOnAndClientsJoin()
    {
        await using var network = await TestNetwork.CreateAsync(3);
        var (c, a, b) = (network.Places[0], network.Places[1], network.Places[2]);
        await using var nodeC = await TestNode.StartAsync(c, c, "Balanced", Cancellation);
        await using var nodeA = await TestNode.StartAsync(a, c, "Balanced", Cancellation);
        await using var nodeB = await TestNode.StartAsync(b, c, "Balanced", Cancellation);
        TestNode[] nodes = [nodeA, nodeB, nodeC];
        try
        {
            await RunAsync(a, b, nodes);
        }
        catch
        {
            foreach (var node in nodes)
            {
                output.WriteLine($"--- {node.Silo}\n{node.Output}");
            }

            throw;
        }
    }

    private async Task RunAsync(NetworkPlace a, NetworkPlace b, TestNode[] nodes)
    {
        var (nodeA, nodeB) = (nodes[0], nodes[1]);
        await UntilAsync(
            "All nodes know each other",
            () => AllAsync(nodes, async node => (await node.GetListAsync("/members/active", Cancellation)).Length == 3));
        List<(ClientWebSocket First, ClientWebSocket Second, NumberedTraffic Traffic)> pairs = [];
        for (var i = 0; i < Pairs; i++)
        {
            var (first, second) = (
                await nodeA.ConnectAsync($"/pairs/p{i}/0", Cancellation), await nodeB.ConnectAsync($"/pairs/p{i}/1", Cancellation));
            pairs.Add((first, second, new NumberedTraffic(first, second, MessagesPerSecond, perTick: 2)));
        }

        // On B, by its placement.
        await nodeB.GetListAsync("/recorders/r/closes", Cancellation);
        var over = new TaskCompletionSource();
        var traffic = pairs.Select(pair => pair.Traffic.RunAsync(() => over.Task, Cancellation)).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancellation);

        await TestNetwork.CutAsync(a, b);
        var cut = Stopwatch.GetTimestamp();
        var joins = JoinAsync(nodeA, nodeB);
        await UntilAsync(
            "A goes around",
            async () => (await nodeA.GetListAsync("/links/down", Cancellation))
                .Any(link => link.StartsWith($"{b.Address}:", StringComparison.Ordinal)));
        await UntilAsync(
            "B goes around",
            async () => (await nodeB.GetListAsync("/links/down", Cancellation))
                .Any(link => link.StartsWith($"{a.Address}:", StringComparison.Ordinal)));
        output.WriteLine(
            $"down after {Stopwatch.GetElapsedTime(cut)}: {string.Join(", ", await nodeA.GetListAsync("/links/down", Cancellation))}");
        Assert.Equal("Degraded", await nodeA.GetAsync("/health", Cancellation));
        var upgraded = Stopwatch.GetTimestamp();
        using (var session = await nodeA.ConnectAsync("/recorders/r", Cancellation))
        {
            await EchoAsync(session);
        }

        output.WriteLine($"a session on the other side answered within {Stopwatch.GetElapsedTime(upgraded)}");
        var (joined, refused) = await joins;
        Assert.Empty(refused);
        Assert.Equal(Joins, joined);
        if (Cut - Stopwatch.GetElapsedTime(cut) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, TimeProvider.System, Cancellation);
        }

        Assert.True(
            await AllAsync(nodes, async node => (await node.GetListAsync("/members/active", Cancellation)).Length == 3),
            "A living node was declared dead.");
        await TestNetwork.MendAsync(a, b);
        var mended = Stopwatch.GetTimestamp();
        await UntilAsync(
            "All links are up", () => AllAsync(nodes, async node => (await node.GetListAsync("/links/down", Cancellation)).Length == 0));
        output.WriteLine($"up again {Stopwatch.GetElapsedTime(mended)} after the cut");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Cancellation);

        // It checks that nothing is lost, repeated or reordered.
        over.SetResult();
        await Task.WhenAll(traffic);
        foreach (var (first, second, checkedTraffic) in pairs)
        {
            output.WriteLine($"{checkedTraffic.Sent} messages, longest gap {checkedTraffic.LongestGap}");
            Assert.True(checkedTraffic.LongestGap < Limit, $"The longest gap was {checkedTraffic.LongestGap}.");
            first.Dispose();
            second.Dispose();
        }

        Assert.True(
            await AllAsync(nodes, async node => await node.GetAsync("/health", Cancellation) == "Healthy"),
            "A node is not healthy after the cut.");
        Assert.Single(nodeA.Output.Split('\n'), line => line.Contains("is down: no call was answered", StringComparison.Ordinal));
    }

    // One of each couple at A, the other at B, one after the other, from the moment of the cut.
    private static async Task<(int Joined, List<string> Refused)> JoinAsync(TestNode one, TestNode other)
    {
        var joined = 0;
        List<string> refused = [];
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Cancellation);
        for (var i = 0; i < Joins; i++)
        {
            try
            {
                using var first = await one.ConnectAsync($"/pairs/j{i}/0", Cancellation);
                using var second = await other.ConnectAsync($"/pairs/j{i}/1", Cancellation);
                await first.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
                Assert.Equal(2, (await second.ReceiveAsync(new byte[16], Cancellation)).Count);
                joined++;
            }
            catch (WebSocketException e)
            {
                refused.Add(e.Message);
            }
        }

        return (joined, refused);
    }

    private static async Task EchoAsync(ClientWebSocket client)
    {
        await client.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        Assert.Equal(2, (await client.ReceiveAsync(new byte[16], Cancellation)).Count);
    }

    private static async Task<bool> AllAsync(TestNode[] nodes, Func<TestNode, Task<bool>> holds) =>
        (await Task.WhenAll(nodes.Select(holds))).All(one => one);

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"'{what}' does not hold after {Limit}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancellation);
        }
    }
}
