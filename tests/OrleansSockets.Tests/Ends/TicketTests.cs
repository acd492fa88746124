namespace OrleansSockets.Tests.Ends;

[Collection(OneSilo.Collection)]
public sealed class TicketTests(OneSilo one)
{
    [Fact]
    public async Task Claim_Twice_IsRefusedTheSecondTime()
    {
        var (_, ticket) = await ReleaseAsync();
        await one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<WebSocketPairException>(
            () => one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken));
        Assert.Equal(WebSocketPairErrorKind.AlreadyClaimed, refused.Kind);
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_HasOneWinner()
    {
        var (_, ticket) = await ReleaseAsync();
        var claims = Enumerable.Range(0, 8).Select(_ => Task.Run(() => one.Silo.Pairs.ClaimAsync(ticket))).ToArray();
        await Task.WhenAll(claims.Select(claim => claim.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.Equal(1, claims.Count(claim => claim.IsCompletedSuccessfully));
        Assert.All(
            claims.Where(claim => claim.IsFaulted),
            claim => Assert.Equal(
                WebSocketPairErrorKind.AlreadyClaimed, Assert.IsType<WebSocketPairException>(claim.Exception!.InnerException).Kind));
    }

    [Fact]
    public async Task Claim_AfterTheDeadline_IsExpired()
    {
        var (_, ticket) = await ReleaseAsync();
        one.Time.Advance(TimeSpan.FromSeconds(31));
        var refused = await Assert.ThrowsAsync<WebSocketPairException>(
            () => one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken));
        Assert.Equal(WebSocketPairErrorKind.Expired, refused.Kind);
    }

    [Fact]
    public async Task Release_TheEndAtHome_IsSilent()
    {
        var (pair, _) = await ReleaseAsync();
        pair.Client.Send("ignored");
        pair.Client.Close(1000);
        Assert.Equal(ReadyState.Open, pair.Client.ReadyState);
        Assert.Equal(WebSocketPairErrorKind.InvalidCode, Assert.Throws<WebSocketPairException>(() => pair.Client.Close(999)).Kind);
        Assert.Equal(WebSocketPairErrorKind.AlreadyUsedInResponse, Assert.Throws<WebSocketPairException>(() => pair.Client.Accept()).Kind);
        Assert.Equal(WebSocketPairErrorKind.AlreadyUsedInResponse, Assert.Throws<WebSocketPairException>(() => pair.Client.Release()).Kind);
    }

    [Fact]
    public async Task Release_AnAcceptedEnd_IsRefused()
    {
        var (client, _) = await one.AcceptedPairAsync();
        Assert.Equal(WebSocketPairErrorKind.InvalidArgument, Assert.Throws<WebSocketPairException>(() => client.Release()).Kind);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    [InlineData(1_000_000)]
    public async Task Claim_WhatThePeerSentBefore_ArrivesInOrder(int size)
    {
        WebSocketPair? pair = null;
        EndTicket? ticket = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Server.Send("before");
            pair.Server.Send(new byte[size]);
            ticket = pair.Client.Release();
            pair.Server.Send("after");
            pair.Server.Close(4000, "all said");
        });
        List<string> received = [];
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await one.Silo.RunAsync(async _ =>
        {
            var client = await one.Silo.Pairs.ClaimAsync(ticket!);
            client.OnMessage(e => received.Add(e.Data.IsText ? e.Data.Text : $"{e.Data.Bytes.Length}"));
            client.OnClose(e =>
            {
                received.Add($"close {e.Code}");
                closed.SetResult();
            });
            client.Accept();
        });
        await closed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["before", $"{size}", "after", "close 4000"], received);
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closed, pair!.Server.ReadyState);
    }

    [Fact]
    public async Task Release_AClaimedEnd_MovesItOn()
    {
        var (pair, ticket) = await ReleaseAsync();
        pair.Server.Send("one");
        var first = await one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken);
        pair.Server.Send(new byte[200_000]);
        await one.IdleAsync();
        var onward = first.Release();
        pair.Server.Send("three");

        var second = await one.Silo.Pairs.ClaimAsync(onward, TestContext.Current.CancellationToken);
        List<string> received = [];
        second.OnMessage(e => received.Add(e.Data.IsText ? e.Data.Text : $"{e.Data.Bytes.Length}"));
        second.Accept();
        var serverLog = new EventLog(pair.Server);
        second.Send("back");
        second.Close(4001);
        await one.IdleAsync();
        Assert.Equal(["one", "200000", "three"], received);
        Assert.Equal(["message back", "close 4001 '' clean in Closed"], serverLog.Lines);
    }

    [Fact]
    public async Task Release_AClaimedEndAndNobodyComes_DropsThePeer()
    {
        var (pair, ticket) = await ReleaseAsync();
        var log = new EventLog(pair.Server);
        (await one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken)).Release();
        one.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await one.PairGoneAsync(pair.Server);
    }

    [Fact]
    public async Task Release_BothEnds_JoinsTwoOthers()
    {
        EndTicket[] tickets = [];
        await one.Silo.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            tickets = [client.Release(), server.Release()];
        });
        var a = await one.Silo.Pairs.ClaimAsync(tickets[0], TestContext.Current.CancellationToken);
        a.Accept();
        a.Send("early");
        var b = await one.Silo.Pairs.ClaimAsync(tickets[1], TestContext.Current.CancellationToken);
        var log = new EventLog(b);
        b.Accept();
        a.Close(1000);
        Assert.Equal(["message early", "close 1000 '' clean in Closed"], await log.WaitForAsync(2));
        await one.PairGoneAsync(a);
    }

    [Fact]
    public async Task Claim_Cancelled_DropsThePeer()
    {
        var (pair, ticket) = await ReleaseAsync();
        var log = new EventLog(pair.Server);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.Silo.Pairs.ClaimAsync(ticket, new CancellationToken(true)));

        // Nobody took it: it may be claimed still.
        var client = await one.Silo.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken);
        client.Accept();
        client.Send("here");
        Assert.Equal(["message here"], await log.WaitForAsync(1));
    }

    private async Task<(WebSocketPair Pair, EndTicket Ticket)> ReleaseAsync()
    {
        WebSocketPair? pair = null;
        EndTicket? ticket = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            ticket = pair.Client.Release();
        });
        return (pair!, ticket!);
    }
}
