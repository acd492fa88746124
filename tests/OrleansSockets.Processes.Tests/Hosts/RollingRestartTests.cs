using System.Diagnostics;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>A rolling deployment, seen by clients that come back: every node is stopped and started in turn.</summary>
public sealed class RollingRestartTests(HostCluster cluster, ITestOutputHelper output)
    : HostClusterTest(cluster, output, TimeSpan.FromMinutes(6))
{
    private const int Rounds = 3;
    private const int Pairs = 80;
    private const int Members = 30;

    /// <summary>
    /// From SIGTERM to the end of the process: the Closes of some 60 sockets are spread over 600 ms, then the silo leaves.
    /// </summary>
    private static readonly TimeSpan MostForADrain = TimeSpan.FromSeconds(6);

    /// <summary>From the last restart until every couple hears each other again.</summary>
    private static readonly TimeSpan MostToMeet = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Restart_EachNodeInTurn_NoResetBehindAClose_AndEveryCoupleMeetsAgain()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = $"{Guid.NewGuid():N}"[..6];
        ReturningClient[] couples =
        [
            .. from pair in Enumerable.Range(0, Pairs)
               from side in Enumerable.Range(0, 2)
               select Client($"{pair}-{side}", $"/pairs/{run}-{pair}/{side}", pair + side),
        ];
        ReturningClient[] members = [.. Enumerable.Range(0, Members).Select(i => Client($"m{i}", $"/rooms/{run}-{i % 3}?name=m{i}", i))];
        var running = couples.Concat(members).Select(client => client.RunAsync(stop.Token)).ToArray();
        await AllHearAsync(couples.Concat(members));

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var node in Cluster.Nodes)
            {
                var began = Stopwatch.GetTimestamp();
                await node.TerminateAsync(Cancellation);
                var drained = Stopwatch.GetElapsedTime(began);
                Output.WriteLine($"round {round}: {node.Silo} ended after {drained}");
                Assert.Equal(0, node.ExitCode);
                Assert.True(drained <= MostForADrain, $"{node.Silo} took {drained} to stop.");
                await Cluster.StartAsync();
            }
        }

        await AllHearAsync(couples.Concat(members));
        await stop.CancelAsync();
        await Task.WhenAll(running);
        var all = couples.Concat(members).ToArray();
        Output.WriteLine($"{all.Sum(client => client.Connects)} connects, {all.Sum(client => client.Drops)} without a Close");
        Assert.Equal(0, all.Sum(client => client.ResetsAfterClose));
    }

    private ReturningClient Client(string name, string path, int first) =>
        new(name, node => new Uri(Cluster.Addresses[node % Cluster.Addresses.Count], path), first);

    private async Task AllHearAsync(IEnumerable<ReturningClient> clients)
    {
        var since = TimeProvider.System.GetTimestamp();
        var deaf = clients.ToList();
        while (deaf.RemoveAll(client => client.Heard > since) is var _ && deaf.Count > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < MostToMeet, $"{deaf.Count} clients hear nobody.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        }
    }
}
