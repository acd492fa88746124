using System.Globalization;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>
/// Many pairs send all the time, while their grains move, end, are activated twice and lose their silo. More runs: set the variable
/// <c>ORLEANSSOCKETS_STRESS_RUNS</c>.
/// </summary>
public sealed class StressTests
{
    private const int Pairs = 6;

    public static TheoryData<int> Seeds()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("ORLEANSSOCKETS_STRESS_RUNS") ?? "2", CultureInfo.InvariantCulture);
        return new TheoryData<int>(Enumerable.Range(1, runs));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Stress_GrainsMoveAndSilosDie_LosesNothing(int seed)
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var directory = new SplitDirectory();
        await using var cluster = await PairTestCluster.StartAsync(3, directory.Install);
        List<(WebSocketEnd End, Traffic Traffic)> pairs = [];
        for (var i = 0; i < Pairs; i++)
        {
            // The third silo holds no end: it may die.
            var pair = await cluster.AcceptedPairAsync(random.Next(2), random.Next(2), random.Next(3));
            pairs.Add((pair.Client, Traffic.Start(pair.Client, pair.Server, (seed * 100) + i)));
        }

        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(pairs.Select(pair => DisturbAsync(cluster, pair.End, pair.Traffic, new Random(random.Next()))));
            var split = random.Next(2) == 0;
            if (split)
            {
                directory.Split();
            }

            await cluster.KillAsync(cluster.Silos[2]);
            await cluster.AddSiloAsync();
            await Task.WhenAll(pairs.Select(pair => pair.Traffic.FlowsAsync()));
            if (split)
            {
                directory.Heal();
            }
        }

        foreach (var (end, traffic) in pairs)
        {
            await traffic.FlowsAsync();
            await traffic.StopAndCheckAsync();
            end.Close(1000);
        }

        await cluster.NothingLeftAsync();
    }

    private static async Task DisturbAsync(PairTestCluster cluster, WebSocketEnd end, Traffic traffic, Random random)
    {
        for (var n = 0; n < 4; n++)
        {
            await traffic.FlowsAsync();
            if (random.Next(3) == 0)
            {
                await cluster.DeactivatePairAsync(end);
            }
            else if (cluster.SiloOfPair(end) is not null)
            {
                await cluster.MovePairAsync(end, cluster.Silos[random.Next(3)]);
            }
        }
    }
}
