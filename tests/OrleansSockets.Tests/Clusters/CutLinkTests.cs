using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansSockets.Links;
using OrleansSockets.Testing;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Clusters;

public sealed class CutLinkTests
{
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReattachTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly CutLinks _links = new();

    [Fact]
    public async Task Cut_AThirdSiloReachesBoth_FramesGoAroundAndNothingMoves()
    {
        await using var cluster = await StartAsync(3);
        var (a, b, c) = (cluster.Silos[0], cluster.Silos[1], cluster.Silos[2]);
        var pair = await cluster.AcceptedPairAsync(0, 1, 1);
        var epoch = pair.Client.Core.Epoch;
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();

        _links.Cut(a.Address, b.Address);
        await UntilAsync(() => a.Get<SiloPaths>().Outages.Count == 1 && b.Get<SiloPaths>().Outages.Count == 1);
        await UntilAsync(() => new[] { a, b }.All(silo => c.Address.Equals(silo.Get<SiloPaths>().Outages[0].Through)));
        await traffic.FlowsAsync();
        Assert.Equal(epoch, pair.Client.Core.Epoch);
        Assert.Empty(c.Get<SiloPaths>().Outages);

        _links.Mend();
        await UntilAsync(() => a.Get<SiloPaths>().Outages.Count == 0 && b.Get<SiloPaths>().Outages.Count == 0);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        pair.Server.Close(1000);
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Cut_ConnectionsThatAreSilent_AreEndedSoThatOrleansOpensNewOnes()
    {
        var log = new RecordedLog();
        await using var cluster = await StartAsync(2, log);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        _links.Cut(a.Address, b.Address);

        // Only what is silent for half of LinkTimeout is ended, and Orleans' own probes and statistics, once a second, would be something.
        await UntilAsync(() => log.With("connections with").Length > 0);
        Assert.Contains(log.With("connections with"), line => line.Id == 207);
    }

    [Fact]
    public async Task Cut_ATicketIsClaimedOnTheOtherSide_TheClaimGoesAround()
    {
        await using var cluster = await StartAsync(3);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        _links.Cut(a.Address, b.Address);
        await UntilAsync(() => new[] { a, b }.All(silo => silo.Get<SiloPaths>().Outages is [{ Through: not null }]));

        // The pair grain is wanted on B, and is made where both reach it.
        var pair = await cluster.AcceptedPairAsync(0, 1, 2, hint: 1);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        pair.Client.Close(1000);
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Cut_NoThirdSilo_BothEndsSee1006WithTheCause()
    {
        await using var cluster = await StartAsync(2);
        var pair = await cluster.AcceptedPairAsync(0, 1, 1);
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        var cut = TimeProvider.System.GetTimestamp();
        _links.Cut(cluster.Silos[0].Address, cluster.Silos[1].Address);

        Assert.StartsWith("close 1006", (await clientLog.WaitForAsync(1))[0], StringComparison.Ordinal);
        Assert.StartsWith("close 1006", (await serverLog.WaitForAsync(1))[0], StringComparison.Ordinal);
        Assert.InRange(TimeProvider.System.GetElapsedTime(cut), LinkTimeout, ReattachTimeout + LinkTimeout * 3);
        foreach (var end in new[] { pair.Client, pair.Server })
        {
            Assert.Contains(end.Core.Pair.Timeline.ToArray(), entry => entry.Cause == PairCause.LinkDown);
        }

        _links.Mend();
        await UntilAsync(() => cluster.Silos.All(silo => silo.Get<SiloPaths>().Outages.Count == 0));
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Kill_ASilo_ItsLinkAndPathGo()
    {
        await using var cluster = await StartAsync(3);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        var pair = await cluster.AcceptedPairAsync(0, 1, 1);
        var log = new EventLog(pair.Client);
        await cluster.KillAsync(b);
        await log.WaitForAsync(1);

        // Nobody looks again later, so what comes late must not make it anew.
        a.Get<SiloLinks>().Send(b.Address, LinkFrame.OfControl(LinkFrameKind.Stale, PairId.New(), 0, PairEpoch.None));
        Assert.DoesNotContain(b.Address, a.Get<SiloLinks>().Targets);
        await UntilAsync(() => a.Get<SiloPaths>().Outages.Count == 0);
    }

    [Fact]
    public async Task Reset_OfALivingSilosConnections_LosesNoFrame()
    {
        await using var cluster = await StartAsync(2);
        var connections = cluster.Silos[0].Services.GetRequiredService<SiloConnections>();
        var pair = await cluster.AcceptedPairAsync(0, 1, 1);
        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();

        // Orleans does not offer what this rests on: whom a connection leads to, also one that the other side opened, and how long it is
        // silent.
        Assert.Contains(cluster.Silos[1].Address, connections.Peers);
        Assert.Contains(cluster.Silos[0].Address, cluster.Silos[1].Services.GetRequiredService<SiloConnections>().Peers);
        Assert.Equal(0, connections.Reset(cluster.Silos[1].Address, TimeSpan.FromMinutes(1)));
        for (var i = 0; i < 3; i++)
        {
            Assert.InRange(connections.Reset(cluster.Silos[1].Address, TimeSpan.Zero), 1, 4);
            await traffic.FlowsAsync();
        }

        await traffic.StopAndCheckAsync();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "It does not come to pass.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private Task<PairTestCluster> StartAsync(int silos, RecordedLog? log = null) => PairTestCluster.StartAsync(silos, options =>
    {
        options.ConfigureSilo(silo => _links.Install(silo.Services));
        if (log is not null)
        {
            options.ConfigureSilo(silo => silo.Services
                .AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug))
                .PostConfigure<ClusterMembershipOptions>(membership => membership.ProbeTimeout = TimeSpan.FromMinutes(1))
                .PostConfigure<DeploymentLoadPublisherOptions>(load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromMinutes(1)));
        }

        options.ConfigurePairs(pairs => (pairs.LinkTimeout, pairs.ReattachTimeout) = (LinkTimeout, ReattachTimeout));
    });
}
