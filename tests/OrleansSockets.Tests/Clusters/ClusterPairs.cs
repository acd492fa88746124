using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>Pairs whose ends and grain are on chosen silos.</summary>
internal static class ClusterPairs
{
    /// <summary>
    /// A pair, not accepted yet: the server end where it is made, the client end claimed elsewhere, the grain on <paramref name="grain"/>,
    /// though asked for at <paramref name="hint"/>.
    /// </summary>
    public static async Task<(WebSocketEnd Client, WebSocketEnd Server)> PairAsync(
        this PairTestCluster cluster, int client, int server, int grain, string? deployment = null, int? hint = null)
    {
        var (clientSilo, serverSilo) = (cluster.Silos[client], cluster.Silos[server]);
        WebSocketPair? pair = null;
        await serverSilo.Pairs.CreateContext(deployment).RunAsync(
            () => pair = serverSilo.Pairs.Create(new WebSocketPairOptions { PlacementHint = cluster.Silos[hint ?? grain].Address }));
        var ticket = pair!.Client.Release();
        WebSocketEnd? claimed = null;
        await clientSilo.Pairs.CreateContext(deployment).RunAsync(
            async () => claimed = await clientSilo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken));
        Assert.Same(cluster.Silos[grain], cluster.SiloOfPair(claimed!));
        return (claimed!, pair.Server);
    }

    public static async Task<(WebSocketEnd Client, WebSocketEnd Server)> AcceptedPairAsync(
        this PairTestCluster cluster, int client, int server, int grain, int? hint = null)
    {
        var pair = await cluster.PairAsync(client, server, grain, hint: hint);
        pair.Client.Accept();
        pair.Server.Accept();
        return pair;
    }

    /// <summary>Ends when no silo knows of any pair.</summary>
    public static async Task NothingLeftAsync(this PairTestCluster cluster)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (cluster.Silos.Any(silo => silo.PairCount > 0))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(15),
                "Left behind: " + string.Join(
                    "; ",
                    cluster.Silos.SelectMany(
                        silo => silo.Hub.Pairs.Select(
                            pair =>
                                $"{silo.Name}: pair {pair.Id}, relay {pair.Relay is not null}, "
                                    + string.Join(", ", pair.Ends.Select(end => $"{end.Route} {end.State}"))))));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
