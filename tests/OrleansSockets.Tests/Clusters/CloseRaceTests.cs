using System.Globalization;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>Pairs that close in every way while their grain ends or moves: each end hears of it once, and nothing is left behind.</summary>
public sealed class CloseRaceTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    private const int Pairs = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Close_WhileTheGrainGoes_IsHeardOnceAndNothingIsLeft(int seed)
    {
        var random = new Random(seed);
        var seeds = Enumerable.Range(0, Pairs).Select(_ => random.Next()).ToArray();
        var ends = await Task.WhenAll(seeds.Select(CloseAsync));
        await three.Cluster.NothingLeftAsync();
        Assert.All(ends.SelectMany(pair => pair), end => Assert.Equal(ReadyState.Closed, end.ReadyState));
    }

    private async Task<WebSocketEnd[]> CloseAsync(int seed)
    {
        var cluster = three.Cluster;
        var random = new Random(seed);
        var pair = await cluster.PairAsync(random.Next(3), random.Next(3), random.Next(3));
        var ends = new[] { pair.Client, pair.Server };
        var logs = ends.Select(end => new EventLog(end)).ToArray();
        var halfOpen = random.Next(2) == 0;
        pair.Client.Accept();
        pair.Server.Accept(new AcceptOptions { AllowHalfOpen = halfOpen });
        if (halfOpen)
        {
            pair.Server.OnClose(e => pair.Server.Close(e.Code == 1005 ? null : e.Code));
        }

        var messages = random.Next(1, 200);
        var closers = random.Next(1, 4);
        var disturbance = DisturbAsync(cluster, pair.Client, new Random(seed + 1));
        await Task.WhenAll(ends.Select((end, side) => Task.Run(async () =>
        {
            for (var i = 0; i < messages; i++)
            {
                if (!await TrySendAsync(end, i.ToString(CultureInfo.InvariantCulture)))
                {
                    return;
                }
            }

            if ((closers & (side + 1)) != 0)
            {
                end.Close(4000 + side);
            }
        })));
        await disturbance;

        for (var side = 0; side < 2; side++)
        {
            var lines = await logs[side].WaitForCloseAsync();
            Assert.Matches("^close 400[01] '' clean in Clos(ed|ing)$", lines[^1]);
            Assert.Equal(Enumerable.Range(0, lines.Length - 1).Select(i => $"message {i}"), lines[..^1]);
        }

        return ends;
    }

    private static async Task<bool> TrySendAsync(WebSocketEnd end, string text)
    {
        try
        {
            await end.SendAsync(text, CancellationToken.None);
            return true;
        }
        catch (WebSocketPairException e) when (e.Kind == WebSocketPairErrorKind.SendAfterClose)
        {
            // The other end was quicker, and its Close is answered.
            return false;
        }
    }

    private static async Task DisturbAsync(PairTestCluster cluster, WebSocketEnd end, Random random)
    {
        for (var i = random.Next(3); i > 0; i--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20)), TimeProvider.System, TestContext.Current.CancellationToken);
            if (cluster.SiloOfPair(end) is not null)
            {
                await cluster.DeactivatePairAsync(end);
            }
        }
    }
}
