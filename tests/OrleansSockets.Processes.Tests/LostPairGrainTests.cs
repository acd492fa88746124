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
                    await MoveAsync(nodes.A, target.Silo);
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
        await MoveAsync(nodes.A, nodes.B.Silo);
        var traffic = new NumberedTraffic(first, second, MessagesPerSecond);
        await traffic.RunAsync(
            async () =>
            {
                await Task.Delay(Pause, TimeProvider.System, Cancellation);
                Assert.Equal(nodes.B.Silo, await nodes.A.GetAsync("/pairs/p/silo", Cancellation));
                nodes.B.Kill();
                await Task.Delay(Pause * 5, TimeProvider.System, Cancellation);
            },
            Cancellation);
        output.WriteLine($"{traffic.Sent} messages, longest gap {traffic.LongestGap}");
        Assert.True(traffic.LongestGap < TimeSpan.FromSeconds(6), $"The longest gap was {traffic.LongestGap}.");
    }

    // A move ends when both ends have attached at the new place; a grain without ends, asked before that, may go again.
    private static async Task MoveAsync(TestNode through, string silo)
    {
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"The pair grain did not move to {silo}.");
            await through.PostAsync($"/pairs/p/move?to={Uri.EscapeDataString(silo)}", Cancellation);
            await Task.Delay(Pause / 2, TimeProvider.System, Cancellation);
        }
        while (await through.GetAsync("/pairs/p/silo", Cancellation) != silo);
    }
}
