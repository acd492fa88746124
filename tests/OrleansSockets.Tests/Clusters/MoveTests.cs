namespace OrleansSockets.Tests.Clusters;

/// <summary>The pair grain goes elsewhere while both ends send all the time: nothing is lost, repeated or reordered.</summary>
public sealed class MoveTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 0)]
    public async Task Move_InMidStream_LosesNothing(int client, int server)
    {
        var cluster = three.Cluster;
        var pair = await cluster.AcceptedPairAsync(client, server, 1);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        foreach (var silo in new[] { 2, 0, 1, 2, 1, 0 })
        {
            await traffic.FlowsAsync();
            await cluster.MovePairAsync(pair.Client, cluster.Silos[silo]);
            Assert.Same(cluster.Silos[silo], cluster.SiloOfPair(pair.Server));
        }

        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
    }

    [Fact]
    public async Task Deactivate_InMidStream_LosesNothing()
    {
        var cluster = three.Cluster;
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        for (var i = 0; i < 5; i++)
        {
            await traffic.FlowsAsync();
            await cluster.DeactivatePairAsync(pair.Client);
        }

        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
    }

    [Fact]
    public async Task Move_BothSidesHaveClosedHalf_KeepsTheCloseState()
    {
        var cluster = three.Cluster;
        var pair = await cluster.PairAsync(0, 1, 2);
        pair.Client.Accept();
        pair.Server.Accept(new AcceptOptions { AllowHalfOpen = true });
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        pair.Client.Close(4001);
        await serverLog.WaitForAsync(1);
        await cluster.MovePairAsync(pair.Client, cluster.Silos[0]);
        pair.Server.Send("tail");
        await cluster.MovePairAsync(pair.Client, cluster.Silos[1]);
        pair.Server.Close(4002);
        Assert.Equal(["message tail", "close 4002 '' clean in Closed"], await clientLog.WaitForAsync(2));
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Move_WhileNobodyHasClaimedOrAccepted_KeepsWhatWaits()
    {
        var cluster = three.Cluster;
        var pair = await cluster.PairAsync(0, 1, 2);
        pair.Server.Accept();
        pair.Server.Send("waits");
        pair.Server.Send(new byte[300_000]);
        await cluster.MovePairAsync(pair.Client, cluster.Silos[0]);
        await cluster.DeactivatePairAsync(pair.Client);
        List<int> lengths = [];
        pair.Client.OnMessage(e => lengths.Add(e.Data.Bytes.Length));
        pair.Client.Accept();
        pair.Client.Close(1000);
        await cluster.NothingLeftAsync();
        await cluster.WaitForIdleAsync();
        Assert.Equal([5, 300_000], lengths);
    }
}
