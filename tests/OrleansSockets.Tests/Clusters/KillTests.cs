using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

public sealed class KillTests
{
    private const string Lost = "close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open";

    /// <summary>The pair grain with the surviving end, with the killed one, or on a third silo.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Kill_TheSiloOfAnEnd_TheOtherEndSees1006(int grain)
    {
        await using var cluster = await PairTestCluster.StartAsync(3);
        var pair = await cluster.AcceptedPairAsync(0, 1, grain);
        var log = new EventLog(pair.Client);
        pair.Server.Send("last words");
        await log.WaitForAsync(1);
        await cluster.KillAsync(cluster.Silos[1]);

        Assert.Equal(["message last words", Lost], await log.WaitForAsync(2));
        Assert.Equal(ReadyState.Closing, pair.Client.ReadyState);
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Kill_TheSiloOfThePairGrain_LosesNothing()
    {
        await using var cluster = await PairTestCluster.StartAsync(3);
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();
        await cluster.KillAsync(cluster.Silos[2]);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
    }

    [Fact]
    public async Task Kill_TheSiloOfBothEnds_LeavesNothing()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        await cluster.AcceptedPairAsync(0, 0, 1);
        await cluster.KillAsync(cluster.Silos[0]);
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Kill_TheSiloOfAReleasedEnd_ClaimFailsAndNothingIsLeft()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        EndTicket? ticket = null;
        await cluster.Silos[0].RunAsync(_ => ticket = new WebSocketPair().Client.Release());
        await cluster.KillAsync(cluster.Silos[0]);
        var refused = await Assert.ThrowsAsync<WebSocketPairException>(
            () => cluster.Silos[0].Pairs.ClaimAsync(ticket!, TestContext.Current.CancellationToken));
        Assert.Equal(WebSocketPairErrorKind.Expired, refused.Kind);
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Stop_TheSiloOfAnAcceptedEnd_Sends1012()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        var pair = await cluster.AcceptedPairAsync(0, 1, 1);
        var log = new EventLog(pair.Client);
        await cluster.StopAsync(cluster.Silos[1]);
        Assert.Equal(["close 1012 'The node is shutting down; connect again.' clean in Closed"], await log.WaitForAsync(1));
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Stop_TheSiloOfThePairGrain_LosesNothing()
    {
        await using var cluster = await PairTestCluster.StartAsync(3);
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();
        await cluster.StopAsync(cluster.Silos[2]);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
    }
}
