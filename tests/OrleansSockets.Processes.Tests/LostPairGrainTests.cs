namespace OrleansSockets.Processes.Tests;

public sealed class LostPairGrainTests(ITestOutputHelper output)
{
    private const int MessagesPerSecond = 2000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Move_PairGrainInMidStream_LosesRepeatsAndReordersNothing()
    {
        await using var nodes = await ThreeNodes.StartAsync(Cancellation);
        using var first = await nodes.B.ConnectAsync("/pairs/p/0", Cancellation);
        using var second = await nodes.C.ConnectAsync("/pairs/p/1", Cancellation);
        var traffic = new NumberedTraffic(first, second, MessagesPerSecond);
        await traffic.RunAsync(
            async () =>
            {
                foreach (var target in new[] { nodes.A, nodes.C, nodes.B, nodes.A })
                {
                    await Task.Delay(Pause, TimeProvider.System, Cancellation);
                    await nodes.A.PostAsync($"/pairs/p/move?to={Uri.EscapeDataString(target.Silo)}", Cancellation);
                    await WaitForOwnerAsync(nodes.A, target.Silo);
                }

                await Task.Delay(Pause, TimeProvider.System, Cancellation);
            },
            Cancellation);
        output.WriteLine($"{traffic.Sent} messages, longest gap {traffic.LongestGap}");
    }

    [Fact]
    public async Task Kill_SiloOfThePairGrain_LosesRepeatsAndReordersNothing()
    {
        await using var nodes = await ThreeNodes.StartAsync(Cancellation);
        using var first = await nodes.A.ConnectAsync("/pairs/p/0", Cancellation);
        using var second = await nodes.C.ConnectAsync("/pairs/p/1", Cancellation);
        await nodes.A.PostAsync($"/pairs/p/move?to={Uri.EscapeDataString(nodes.B.Silo)}", Cancellation);
        await WaitForOwnerAsync(nodes.A, nodes.B.Silo);
        var traffic = new NumberedTraffic(first, second, MessagesPerSecond);
        await traffic.RunAsync(
            async () =>
            {
                await Task.Delay(Pause, TimeProvider.System, Cancellation);
                nodes.B.Kill();
                await Task.Delay(Pause * 5, TimeProvider.System, Cancellation);
            },
            Cancellation);
        output.WriteLine($"{traffic.Sent} messages, longest gap {traffic.LongestGap}");
        Assert.True(traffic.LongestGap < TimeSpan.FromSeconds(6), $"The longest gap was {traffic.LongestGap}.");
    }

    private static async Task WaitForOwnerAsync(NodeProcess through, string silo)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (await through.GetAsync("/pairs/p/silo", Cancellation) != silo)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(10), $"The pair grain did not move to {silo}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        }
    }
}
