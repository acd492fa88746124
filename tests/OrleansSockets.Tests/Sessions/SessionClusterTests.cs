using OrleansSockets.Sessions;
using OrleansSockets.Tests.Clusters;

namespace OrleansSockets.Tests.Sessions;

/// <summary>The session on one silo, its clients' ends on all.</summary>
public sealed class SessionClusterTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    private readonly Meeting _meeting = new(three.Cluster);

    private IMeeting Session => _meeting.Session;

    [Fact]
    public async Task Calls_SocketsOnThreeSilos_ReachThemInOrder()
    {
        await _meeting.PlaceAsync(three.Cluster.Silos[1]);
        List<(WebSocketEnd End, EventLog Log)> clients = [];
        foreach (var silo in three.Cluster.Silos)
        {
            clients.Add(await _meeting.JoinAsync(silo));
        }

        Assert.Equal(clients.Select(client => client.End.PairId), (await Session.GetWebSocketsAsync()).Select(socket => socket.Id));
        for (var i = 0; i < 100; i += 2)
        {
            Assert.Equal(3, await Session.BroadcastAsync($"{i}"));
            foreach (var (end, _) in clients)
            {
                Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(end.PairId, $"{i + 1}"));
            }
        }

        string[] all = [.. Enumerable.Range(0, 100).Select(i => $"message {i}"), "close 4000 'done' clean in Closed"];
        foreach (var (end, log) in clients)
        {
            Assert.True(await Session.CloseWebSocketAsync(end.PairId, 4000, "done"));
            Assert.Equal(all, await log.WaitForAsync(all.Length));
        }

        await three.Cluster.NothingLeftAsync();
        Assert.Empty(await Session.GetWebSocketsAsync());
    }

    [Fact]
    public async Task Broadcast_ClientsCloseAndVanishMeanwhile_ThoseWhoStayHearAll()
    {
        const int Messages = 300;
        await _meeting.PlaceAsync(three.Cluster.Silos[1]);
        List<(WebSocketEnd End, EventLog Log)> staying = [], leaving = [];
        for (var i = 0; i < 6; i++)
        {
            staying.Add(await _meeting.JoinAsync(three.Cluster.Silos[i % 3]));
            leaving.Add(await _meeting.JoinAsync(three.Cluster.Silos[i % 3]));
        }

        var taken = new List<int>();
        for (var i = 0; i < Messages; i++)
        {
            if (i % 50 == 25)
            {
                var end = leaving[i / 50].End;
                _ = i % 100 == 25 ? Task.Run(() => end.Close(1000), Token) : Task.Run(end.Abort, Token);
            }

            taken.Add(await Session.BroadcastAsync($"{i}"));
        }

        string[] all = [.. Enumerable.Range(0, Messages).Select(i => $"message {i}")];
        foreach (var (end, log) in staying)
        {
            Assert.Equal(all, await log.WaitForAsync(Messages));
            end.Close(1000);
        }

        await three.Cluster.NothingLeftAsync();
        Assert.Equal((12, 6), (taken[0], taken[^1]));
        Assert.Equal(taken.OrderDescending(), taken);
        Assert.All(leaving, client =>
        {
            var heard = client.Log.Lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)).ToArray();
            Assert.Equal(all[..heard.Length], heard);
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
