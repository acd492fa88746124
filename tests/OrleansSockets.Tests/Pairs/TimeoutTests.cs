namespace OrleansSockets.Tests.Pairs;

/// <summary>The timers in the life of a pair, each on a clock that the test moves.</summary>
[Collection(OneSilo.Collection)]
public sealed class TimeoutTests(OneSilo one)
{
    [Fact]
    public async Task ClaimTimeout_TicketUnused_DropsTheOtherEnd()
    {
        WebSocketPair? pair = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Client.Release();
        });
        var log = new EventLog(pair!.Server);
        one.Time.Advance(TimeSpan.FromSeconds(29));
        await one.IdleAsync();
        Assert.Empty(log.Lines);

        one.Time.Advance(TimeSpan.FromSeconds(1));
        await one.IdleAsync();
        Assert.Equal(["close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open"], log.Lines);
        Assert.Equal(ReadyState.Closing, pair.Server.ReadyState);
        await one.PairGoneAsync(pair.Server);
        Assert.Contains(Timeline(pair.Server), line => line.Contains("ClaimTimeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ClaimTimeout_OneOfTwoReleasedEndsUnused_DropsTheClaimedOne()
    {
        EndTicket? ticket = null;
        await one.Silo.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            ticket = client.Release();
            server.Release();
        });
        var claimed = await one.Silo.Pairs.ClaimAsync(ticket!, TestContext.Current.CancellationToken);
        var log = new EventLog(claimed);
        claimed.Accept();
        one.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await one.PairGoneAsync(claimed);
    }

    [Fact]
    public async Task AcceptTimeout_ClaimedAndNeverAccepted_DropsTheOtherEnd()
    {
        WebSocketPair? pair = null;
        EndTicket? ticket = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            ticket = pair.Client.Release();
        });
        var log = new EventLog(pair!.Server);
        var client = await one.Silo.Pairs.ClaimAsync(ticket!, TestContext.Current.CancellationToken);
        one.Time.Advance(TimeSpan.FromMinutes(4.9));
        await one.IdleAsync();
        Assert.Empty(log.Lines);

        one.Time.Advance(TimeSpan.FromMinutes(0.1));
        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await one.PairGoneAsync(pair.Server);
        Assert.Contains(Timeline(client), line => line.Contains("AcceptTimeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AcceptTimeout_AcceptedInTime_SaysNothing()
    {
        var (_, server) = await one.ClaimedPairAsync();
        var log = new EventLog(server);
        one.Time.Advance(TimeSpan.FromMinutes(30));
        await one.IdleAsync();
        Assert.Empty(log.Lines);
        server.Close(1000);
        await one.IdleAsync();
    }

    private static IEnumerable<string> Timeline(WebSocketEnd end)
    {
        var pair = end.Core.Pair;
        using (pair.Gate.Enter())
        {
            return pair.Timeline.ToArray().Select(entry => entry.What);
        }
    }
}
