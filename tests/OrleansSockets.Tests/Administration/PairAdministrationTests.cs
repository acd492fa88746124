using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Administration;
using OrleansSockets.Rules;
using OrleansSockets.Testing;
using OrleansSockets.Tests.Clusters;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Administration;

[Collection(OneSilo.Collection)]
public sealed class PairAdministrationTests(OneSilo one)
{
    private static readonly PairFilter All = new(null, null, null, null, 1000);

    private PairAdministration Administration => one.Silo.Services.GetRequiredService<PairAdministration>();

    [Fact]
    public async Task Find_PairThatNeverLeftItsContext_IsNotListed()
    {
        var (local, _) = await one.AcceptedPairAsync();
        var (claimed, server) = await one.ClaimedPairAsync();

        var found = Administration.Find(All);

        Assert.Contains(claimed.Core.Pair.Id, found);
        Assert.DoesNotContain(local.Core.Pair.Id, found);
        Assert.Contains(
            claimed.Core.Pair.Id,
            Administration.Find(All with { Phase = EndPhase.Accepted, ReadyState = ReadyState.Open, Deployment = "default" }));
        Assert.DoesNotContain(claimed.Core.Pair.Id, Administration.Find(All with { ReadyState = ReadyState.Closing }));
        Assert.DoesNotContain(claimed.Core.Pair.Id, Administration.Find(All with { After = claimed.Core.Pair.Id }));
        server.Close(1000);
        await one.PairGoneAsync(claimed);
    }

    [Fact]
    public async Task Close_TwoAcceptedEnds_EachSeesTheCloseOnce()
    {
        var (client, server) = await one.ClaimedPairAsync();
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));

        Administration.Close(client.Core.Pair.Id, 4001, "enough");
        Administration.Close(client.Core.Pair.Id, 4002, "too late");
        await one.PairGoneAsync(client);

        Assert.Equal(["close 4001 'enough' clean in Closed"], await clientLog.WaitForAsync(1));
        Assert.Equal(["close 4001 'enough' clean in Closed"], await serverLog.WaitForAsync(1));
    }

    [Fact]
    public async Task Drop_TwoAcceptedEnds_BothSee1006AndNothingIsLeft()
    {
        var (client, server) = await one.ClaimedPairAsync();
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));

        Administration.Drop(client.Core.Pair.Id);
        await one.PairGoneAsync(client);

        Assert.StartsWith("close 1006", Assert.Single(await clientLog.WaitForAsync(1)), StringComparison.Ordinal);
        Assert.StartsWith("close 1006", Assert.Single(await serverLog.WaitForAsync(1)), StringComparison.Ordinal);
    }

    /// <summary>The pair grain with the surviving end, with the killed one, or on a third silo.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Describe_AfterTheSiloOfAnEndWasKilled_NamesTheLostNode(int grain)
    {
        await using var cluster = await PairTestCluster.StartAsync(3);
        var pair = await cluster.AcceptedPairAsync(0, 1, grain);
        var (id, lost) = (pair.Client.Core.Pair.Id, cluster.Silos[1]);
        await cluster.KillAsync(lost);
        await cluster.NothingLeftAsync();

        var timeline = cluster.Silos.Select(silo => silo.Hub.Describe(id))
            .OfType<PairHostSnapshot>().SelectMany(host => host.Timeline).ToArray();

        Assert.Contains(
            timeline,
            entry => entry is { Side: 1, Cause: PairCause.NodeLost } && entry.What.Contains(
                $"{lost.Address.Endpoint}", StringComparison.Ordinal));
        Assert.Contains(timeline, entry => entry is { Side: 0, Cause: PairCause.PeerLost });
    }
}
