using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Ends;
using OrleansSockets.Rules;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

public sealed class ReattachTimeoutTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly SplitDirectory _directory = new();

    [Fact]
    public async Task ReattachTimeout_NoPairGrainToBeFound_DropsBothEnds()
    {
        await using var cluster = await StartAsync();
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        _directory.Fails = true;
        await cluster.KillAsync(cluster.Silos[2]);
        await AttachingAsync(pair.Client, pair.Server);
        _time.Advance(TimeSpan.FromSeconds(29));
        await Assert.ThrowsAsync<TimeoutException>(() => cluster.WaitForIdleAsync(TimeSpan.FromSeconds(1)));
        Assert.Empty(clientLog.Lines);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("close 1006", (await clientLog.WaitForAsync(1))[0], StringComparison.Ordinal);
        Assert.StartsWith("close 1006", (await serverLog.WaitForAsync(1))[0], StringComparison.Ordinal);
        Assert.Contains(
            pair.Client.Core.Pair.Timeline.ToArray(), entry => entry.What.Contains("ReattachTimeout", StringComparison.Ordinal));
        await cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task ReattachTimeout_GrainIsFoundInTime_LosesNothing()
    {
        await using var cluster = await StartAsync();
        var pair = await cluster.AcceptedPairAsync(0, 1, 2);
        var log = new EventLog(pair.Server);
        _directory.Fails = true;
        await cluster.KillAsync(cluster.Silos[2]);
        await AttachingAsync(pair.Client, pair.Server);
        pair.Client.Send("kept");
        _time.Advance(TimeSpan.FromSeconds(29));
        _directory.Fails = false;
        Assert.Equal(["message kept"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task ReattachTimeout_TheOtherEndIsGoneWithoutATrace_DropsTheLonelyEnd()
    {
        await using var cluster = await StartAsync();
        var pair = await cluster.AcceptedPairAsync(0, 1, 0);
        var log = new EventLog(pair.Client);
        var trace = cluster.Silos[1].Hub.Find(pair.Server.Core.Pair.Id)!;
        using (trace.Gate.Enter())
        {
            trace.RemoveEnd(Side.Server);
            cluster.Silos[1].Hub.RemoveIfDone(trace);
        }

        await cluster.DeactivatePairAsync(pair.Client);
        await cluster.WaitForIdleAsync();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await cluster.NothingLeftAsync();
    }

    // The time limit runs from here on.
    private static async Task AttachingAsync(params WebSocketEnd[] ends)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (ends.Any(end => end.Core.Route != EndRoute.Attaching))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10),
                "The ends have not noticed that their pair grain is lost.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private Task<PairTestCluster> StartAsync() => PairTestCluster.StartAsync(3, options =>
    {
        options.FakeTime = _time;
        _directory.Install(options);
    });
}
