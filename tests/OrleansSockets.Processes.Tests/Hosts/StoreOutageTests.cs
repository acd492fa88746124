using System.Diagnostics;
using System.Net;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>
/// The tables are away: frozen, so that nothing answers and connections stay, or not running, so that everything is refused.
/// </summary>
public sealed class StoreOutageTests(HostCluster cluster, ITestOutputHelper output)
    : HostClusterTest(cluster, output, TimeSpan.FromMinutes(6))
{
    private const int Pairs = 24;
    private const int MessagesPerSecond = 50;

    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Freeze_ThirtySeconds_DisturbsNoPairAndHeals()
    {
        await AssertWorksAsync();
        await using var traffic = await SteadyTraffic.StartAsync(Cluster.Nodes, Pairs, MessagesPerSecond, Cancellation);
        var comparison = new LatencyComparison(traffic.Latencies, Cluster.Tables, Cancellation);

        await comparison.RunThawedAsync(TimeSpan.FromSeconds(15));
        var before = await RevisionAsync();
        await comparison.RunFrozenAsync(TimeSpan.FromSeconds(30), () => AssertWorksWithoutStoreAsync(before));
        await AssertHealsAsync(before);
        await comparison.RunThawedAsync(TimeSpan.FromSeconds(15));
        await comparison.RunUntilClearAsync();

        // Fails if a message was lost, repeated or out of order.
        await traffic.StopAsync();
        Output.WriteLine(comparison.ToString());
        Assert.True(comparison.IsWithinBound, comparison.ToString());
        AssertAllRun();
    }

    [Fact]
    public async Task Refusal_DisturbsNoPairAndHeals()
    {
        await using var traffic = await SteadyTraffic.StartAsync(Cluster.Nodes, Pairs, MessagesPerSecond, Cancellation);
        var before = await RevisionAsync();
        await Cluster.Tables.StopAsync();
        try
        {
            await AssertWorksWithoutStoreAsync(before);
        }
        finally
        {
            await Cluster.Tables.RestartAsync();
        }

        await AssertHealsAsync(before);
        await traffic.StopAsync();
        AssertAllRun();
    }

    private async Task AssertWorksWithoutStoreAsync(long revision)
    {
        // Twice: what the first failed write left behind must not stand in the way of anything.
        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(Cluster.Nodes.SelectMany(node => new[]
            {
                AssertWriteFailsAsync(node, "default"),
                AssertWriteFailsAsync(node, $"new-{Guid.NewGuid():N}"),
            }));
            await Task.WhenAll(Cluster.Nodes.Select(node => AssertReadsAsync(node, revision)));
            await AssertServesAsync();
        }

        Assert.All((await Cluster.A.Admin.NodesAsync()).Values, status => Assert.Equal("active", status));
    }

    private async Task AssertWriteFailsAsync(HostNode node, string deployment)
    {
        var answer = await node.Admin.PutAsync(deployment, new Settings("2026-05-02"));
        var problem = answer.Expect(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("store", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(answer.Took < WriteLimit, $"The write failed after {answer.Took}.");
        Output.WriteLine($"{node.Silo}: a write of {deployment} failed after {answer.Took}");
    }

    private static async Task AssertReadsAsync(HostNode node, long revision)
    {
        var read = await node.Admin.GetAsync("deployments/default");
        read.Expect(HttpStatusCode.OK);
        Assert.Equal(revision, read.Revision);
        (await node.Admin.GetAsync("deployments/default/effective")).Expect(HttpStatusCode.OK);
        Assert.NotEmpty((await node.Admin.GetAsync("deployments")).Expect(HttpStatusCode.OK).EnumerateArray());
        Assert.Equal("Healthy", await node.GetAsync("/health/ready", TestContext.Current.CancellationToken));
    }

    private async Task AssertServesAsync()
    {
        await Task.WhenAll(Cluster.Nodes.Select(node => Clients.ServesAsync(node, Cancellation)));
        await Clients.MeetAsync(Cluster.A, Cluster.B, Cancellation);
        await Clients.MeetAsync(Cluster.B, Cluster.C, Cancellation);
    }

    // The same as without the store: the machine has compiled it all by the time it is measured.
    private async Task AssertWorksAsync()
    {
        var revision = await RevisionAsync();
        (await Cluster.A.Admin.PutAsync("default", new Settings("2026-05-01"), revision)).Expect(HttpStatusCode.OK);
        await AssertReadsAsync(Cluster.B, revision + 1);
        await AssertServesAsync();
    }

    private async Task AssertHealsAsync(long before)
    {
        var since = Stopwatch.GetTimestamp();
        AdminAnswer written;
        while (!(written = await Cluster.A.Admin.PutAsync("default", new Settings("2026-05-03"))).IsWritten)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < HealLimit, $"Writes still fail: {written.Status} {written.Json}");
            await Task.Delay(Poll, TimeProvider.System, Cancellation);
        }

        Output.WriteLine($"written after {Stopwatch.GetElapsedTime(since)}");
        // One that failed for its writer may have been stored: the service answers what had reached it.
        Assert.True(written.Revision > before, $"Revision {written.Revision} after {before}.");
        foreach (var node in Cluster.Nodes)
        {
            while (await Clients.RevisionOfANewEndAsync(node, Cancellation) != written.Revision)
            {
                Assert.True(
                    Stopwatch.GetElapsedTime(since) < HealLimit, $"New ends on {node.Silo} do not take revision {written.Revision}.");
            }
        }

        Output.WriteLine($"on every node after {Stopwatch.GetElapsedTime(since)}");
    }

    private async Task<long> RevisionAsync() => (await Cluster.A.Admin.GetAsync("deployments/default")).Revision;

    private void AssertAllRun() => Assert.All(Cluster.Nodes, node => Assert.False(node.HasExited, node.Output));
}
