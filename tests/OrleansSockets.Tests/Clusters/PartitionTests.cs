using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>
/// A partitioned directory lets two silos activate the grain of one pair. The ends must find each other all the same, and lose nothing.
/// </summary>
public sealed class PartitionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Partition_TwoActivationsOfOnePairGrain_EndsConvergeAndLoseNothing()
    {
        // The first activation asks for the other end at once, so that often there is no time for a second one.
        for (var attempt = 1; !await ConvergesAfterTwoActivationsAsync(); attempt++)
        {
            Assert.True(attempt < 12, "There never were two activations.");
        }
    }

    [Fact]
    public async Task Partition_RepeatedMoves_EndsConvergeAndLoseNothing()
    {
        var directory = new SplitDirectory();
        await using var cluster = await PairTestCluster.StartAsync(3, directory.Install);
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        for (var round = 0; round < 4; round++)
        {
            await traffic.FlowsAsync();
            directory.Split();
            await cluster.DeactivatePairAsync(pair.Client);
            await traffic.FlowsAsync();
            directory.Heal();
        }

        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        pair.Server.Close(1000);
        await cluster.NothingLeftAsync();
    }

    private static async Task<bool> ConvergesAfterTwoActivationsAsync()
    {
        var directory = new SplitDirectory();
        await using var cluster = await PairTestCluster.StartAsync(3, directory.Install);
        var (a, b, c) = (cluster.Silos[0], cluster.Silos[1], cluster.Silos[2]);
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();

        directory.Split();
        await cluster.KillAsync(c);
        var started = TimeProvider.System.GetTimestamp();
        await traffic.FlowsAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"Converged after {TimeProvider.System.GetElapsedTime(started)}.");
        var two = HadActivation(pair.Client) && HadActivation(pair.Server);
        await OneActivationAsync(cluster, pair.Client);
        Assert.Equal(pair.Client.Core.Epoch, pair.Server.Core.Epoch);
        await traffic.FlowsAsync();

        directory.Heal();
        await cluster.MovePairAsync(pair.Client, cluster.SiloOfPair(pair.Client) == a ? b : a);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        pair.Client.Close(1000);
        await cluster.NothingLeftAsync();
        return two;
    }

    private static bool HadActivation(WebSocketEnd end)
    {
        using (end.Core.Pair.Gate.Enter())
        {
            return end.Core.Pair.Timeline.ToArray().Any(entry => entry.What.StartsWith("pair grain active", StringComparison.Ordinal));
        }
    }

    private static async Task OneActivationAsync(PairTestCluster cluster, WebSocketEnd end)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (cluster.Silos.Count(silo => silo.Hub.HasRelay(end.Core.Pair.Id)) != 1)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "The second activation stays.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
