namespace OrleansSockets.Tests.Clusters;

/// <summary>Both ends and the pair grain on every arrangement of silos: it must not matter.</summary>
public sealed class PlacementTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    /// <summary>Silos of the client end, the server end and the pair grain.</summary>
    public static TheoryData<int, int, int> Placements() => new()
    {
        { 0, 0, 0 },
        { 0, 0, 1 },
        { 0, 1, 0 },
        { 0, 1, 1 },
        { 0, 1, 2 },
        { 2, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Frames_OfEveryKindAndSize_PassInOrder(int client, int server, int grain)
    {
        var pair = await three.Cluster.AcceptedPairAsync(client, server, grain);
        List<string> received = [];
        pair.Server.OnMessage(e => received.Add($"{(e.Data.IsText ? "text" : "binary")} {e.Data.Bytes.Length}"));
        pair.Client.Send("");
        pair.Client.Send("abc");
        pair.Client.Send(new byte[16 * 1024]);
        pair.Client.Send(new byte[16 * 1024 + 1]);
        pair.Client.Send(new byte[900_000]);
        pair.Client.Send(ReadOnlySpan<byte>.Empty);
        await three.Cluster.WaitForIdleAsync();
        Assert.Equal(["text 0", "text 3", "binary 16384", "binary 16385", "binary 900000", "binary 0"], received);
        pair.Client.Close();
        await three.Cluster.NothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Close_ByTheClient_IsAnsweredAndNothingIsLeft(int client, int server, int grain)
    {
        var pair = await three.Cluster.AcceptedPairAsync(client, server, grain);
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        pair.Client.Send("last words");
        pair.Client.Close(4001, "enough");
        await three.Cluster.NothingLeftAsync();
        await three.Cluster.WaitForIdleAsync();
        Assert.Equal(["message last words", "close 4001 'enough' clean in Closed"], serverLog.Lines);
        Assert.Equal(["close 4001 'enough' clean in Closed"], clientLog.Lines);
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Close_ByBothAtOnce_EachSeesTheOthersCode(int client, int server, int grain)
    {
        var pair = await three.Cluster.AcceptedPairAsync(client, server, grain);
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        pair.Client.Close(4001);
        pair.Server.Close(4002);
        await three.Cluster.NothingLeftAsync();
        await three.Cluster.WaitForIdleAsync();

        // One of the two may have been quick enough to be answered; then its own code comes back.
        Assert.Matches("^close 400[12] '' clean in Closed$", Assert.Single(clientLog.Lines));
        Assert.Equal("close 4001 '' clean in Closed", Assert.Single(serverLog.Lines));
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Close_HalfOpen_LetsTheTailThrough(int client, int server, int grain)
    {
        var pair = await three.Cluster.PairAsync(client, server, grain);
        pair.Client.Accept();
        pair.Server.Accept(new AcceptOptions { AllowHalfOpen = true });
        var (clientLog, serverLog) = (new EventLog(pair.Client), new EventLog(pair.Server));
        pair.Client.Close();
        await serverLog.WaitForAsync(1);
        pair.Server.Send("tail");
        pair.Server.Close(4002, "now");
        await three.Cluster.NothingLeftAsync();
        await three.Cluster.WaitForIdleAsync();
        Assert.Equal(["close 1005 '' clean in Closing"], serverLog.Lines);
        Assert.Equal(["message tail", "close 4002 'now' clean in Closed"], clientLog.Lines);
        Assert.Equal(ReadyState.Closed, pair.Server.ReadyState);
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Drop_AListenerThrows_TheOtherEndSees1006(int client, int server, int grain)
    {
        var pair = await three.Cluster.AcceptedPairAsync(client, server, grain);
        var log = new EventLog(pair.Client);
        pair.Server.OnMessage(_ => throw new InvalidOperationException("boom"));
        pair.Client.Send("x");
        await three.Cluster.NothingLeftAsync();
        Assert.Equal(["close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open"], await log.WaitForAsync(1));
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task Close_ManualAndUnanswered_KeepsThePair(int client, int server, int grain)
    {
        var pair = await three.Cluster.PairAsync(client, server, grain, ThreeSilos.Manual);
        pair.Client.Accept();
        pair.Server.Accept();
        var serverLog = new EventLog(pair.Server);
        pair.Client.Close(1000);
        Assert.Equal(["close 1000 '' clean in Closing"], await serverLog.WaitForAsync(1));
        await three.Cluster.WaitForIdleAsync();
        Assert.NotNull(three.Cluster.SiloOfPair(pair.Client));
        pair.Server.Close(1000);
        await three.Cluster.NothingLeftAsync();
        Assert.Equal((ReadyState.Closed, ReadyState.Closed), (pair.Client.ReadyState, pair.Server.ReadyState));
    }
}
