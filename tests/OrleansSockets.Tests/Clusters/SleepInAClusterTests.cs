using OrleansSockets.Ends;
using OrleansSockets.Hibernation;
using OrleansSockets.Rules;
using OrleansSockets.Sessions;
using OrleansSockets.Testing;
using OrleansSockets.Tests.Sessions;

namespace OrleansSockets.Tests.Clusters;

/// <summary>A session wakes on another silo than it slept on, and its sockets go with it.</summary>
public sealed class SleepInAClusterTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    private readonly string _name = Guid.NewGuid().ToString();

    [Fact]
    public async Task Session_WokenFromEachSiloInTurn_LosesAndRepeatsNothing()
    {
        var (client, log) = await JoinAsync(three.Cluster.Silos[0]);
        List<SiloAddress> places = [];
        for (var i = 0; i < 12; i++)
        {
            client.Send($"a{i}");
            await log.WaitForAsync(2 * i + 1);
            await MoveAsync(i);
            await Lobby(i).KeepAsync(client.PairId, i);
            client.Send($"b{i}");
            await log.WaitForAsync(2 * (i + 1));
            places.Add(three.Cluster.Silos.Single(silo => silo.Hub.Find(client.Core.Pair.Id)?.Ends.Any(IsSessions) == true).Address);
            Assert.Equal($"{i}", await Lobby(i + 1).KeptAsync(client.PairId));
        }

        Assert.Equal(Enumerable.Range(0, 12).SelectMany(i => new[] { $"message a{i}", $"message b{i}" }), log.Lines);
        Assert.True(places.Distinct().Count() > 1, "It has never moved.");
        await LeaveAsync(client);
    }

    [Fact]
    public async Task Session_WithMuchUnderWayBothWays_MovesWithAllOfIt()
    {
        const int Messages = 300;
        var large = new string('x', 3000);
        var (client, log) = await JoinAsync(three.Cluster.Silos[1]);
        var sending = SendAsync();

        while (!sending.IsCompleted)
        {
            await MoveAsync(Random.Shared.Next(3));
        }

        await sending;
        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"message {i} {large}"), await log.WaitForAsync(Messages));
        await LeaveAsync(client);

        async Task SendAsync()
        {
            for (var i = 0; i < Messages; i++)
            {
                await client.SendAsync($"{i} {large}", TestContext.Current.CancellationToken);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Session_ThatSleeps_SocketsAreParkedOnOneSiloOnly()
    {
        var (a, _) = await JoinAsync(three.Cluster.Silos[0]);
        var (b, bLog) = await JoinAsync(three.Cluster.Silos[2]);
        for (var i = 0; i < 6; i++)
        {
            await MoveAsync(i);
            Assert.Equal([b.PairId, a.PairId], await Lobby(i + 1).ListAsync());
            Assert.Equal(2, await Lobby(i + 2).BroadcastAsync($"{i}"));
        }

        await bLog.WaitForAsync(6);
        await LeaveAsync(a);
        await LeaveAsync(b);
        await three.Cluster.NothingLeftAsync();
        Assert.All(three.Cluster.Silos, silo => Assert.False(silo.Get<ParkedSessions>().Has(Lobby(0).GetGrainId())));
    }

    private ILobby Lobby(int silo) => three.Cluster.Silos[silo % 3].Grains.GetGrain<IOrderlyLobby>(_name);

    // The call behind it is answered where the session is then.
    private async Task MoveAsync(int silo)
    {
        await Lobby(silo).MoveToAsync(three.Cluster.Silos[silo % 3].Address);
        await Lobby(silo).HeardAsync();
    }

    private static bool IsSessions(End end) => end.State.Phase == EndPhase.Hibernatable;

    private async Task<(WebSocketEnd End, EventLog Log)> JoinAsync(TestSilo silo)
    {
        var response = await Lobby(0).UpgradeAsync(new UpgradeRequest());
        var end = await silo.Pairs.ClaimAsync(response.Ticket!, TestContext.Current.CancellationToken);
        var log = new EventLog(end);
        end.Accept();
        return (end, log);
    }

    private async Task LeaveAsync(WebSocketEnd client)
    {
        var heard = await CountAsync();
        client.Abort();
        while (await CountAsync() == heard)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await Lobby(0).LetGoAsync();

        async Task<int> CountAsync() =>
            (await Lobby(0).HeardAsync()).Count(line => line.StartsWith("close 1006", StringComparison.Ordinal));
    }
}
