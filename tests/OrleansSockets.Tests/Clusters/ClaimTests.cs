using OrleansSockets.Custody;
using OrleansSockets.Testing;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Clusters;

public sealed class ClaimTests
{
    [Fact]
    public async Task Claim_OnAnotherSilo_MessagesAndClosesPass()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        // One list an end: between the two ends there is no order.
        List<string> serverLog = [];
        List<string> clientLog = [];
        EndTicket? ticket = null;
        await a.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => server.Send($"echo: {e.Data}"));
            server.OnClose(e => serverLog.Add($"{server.ReadyState} {e.Code} {e.Reason} {e.WasClean}"));
            ticket = client.Release();
        });
        await b.RunAsync(async _ =>
        {
            var client = await b.Pairs.ClaimAsync(ticket!);
            client.Accept();
            client.OnMessage(e =>
            {
                clientLog.Add(e.Data.Text);
                client.Close(4001, "enough");
            });
            client.OnClose(e => clientLog.Add($"{client.ReadyState} {e.Code} {e.Reason} {e.WasClean}"));
            client.Send("hi");
        });
        await cluster.WaitForIdleAsync();
        Assert.Equal(["Closed 4001 enough True"], serverLog);
        Assert.Equal(["echo: hi", "Closed 4001 enough True"], clientLog);
        Assert.Equal(0, a.PairCount);
        Assert.Equal(0, b.PairCount);
    }

    [Fact]
    public async Task Claim_AReplayedOrGuessedTicketOnAnotherSilo_IsRefusedAndTheOwnerGoesOn()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        WebSocketEnd? server = null;
        EndTicket? ticket = null;
        await a.RunAsync(_ =>
        {
            var pair = new WebSocketPair();
            server = pair.Server;
            server.Accept();
            ticket = pair.Client.Release();
        });
        var guess = new EndTicket(ticket!.Pair, ticket.Side, Guid.NewGuid(), ticket.Deadline, ticket.Home, ticket.Placement);
        await AssertRefusedAsync(b, guess, WebSocketPairErrorKind.Expired);

        var client = await a.Pairs.ClaimAsync(ticket, TestContext.Current.CancellationToken);
        client.Accept();
        await AssertRefusedAsync(a, ticket, WebSocketPairErrorKind.AlreadyClaimed);
        await AssertRefusedAsync(b, ticket, WebSocketPairErrorKind.AlreadyClaimed);
        await AssertRefusedAsync(b, guess, WebSocketPairErrorKind.AlreadyClaimed);

        var log = new EventLog(server!);
        client.Send("still mine");
        client.Close(4000);
        Assert.Equal(["message still mine", "close 4000 '' clean in Closed"], await log.WaitForAsync(2));
        await cluster.WaitForIdleAsync();
        Assert.Equal(0, a.PairCount + b.PairCount);

        // Nor can anybody take what is over.
        await AssertRefusedAsync(a, ticket, WebSocketPairErrorKind.Expired);
        await AssertRefusedAsync(b, ticket, WebSocketPairErrorKind.Expired);
    }

    [Fact]
    public async Task Adopt_TheFirstAnswerIsLost_NamesTheOtherEndAgain()
    {
        await using var cluster = await PairTestCluster.StartAsync(1);
        var silo = cluster.Silos[0];
        EndTicket? ticket = null;
        await silo.RunAsync(_ => ticket = new WebSocketPair().Client.Release());
        var request = new AdoptRequest(ticket!, Guid.NewGuid(), new PairEpoch(1, Guid.NewGuid()), silo.Address);

        var first = silo.Get<EndClaims>().Adopt(request);
        var second = silo.Get<EndClaims>().Adopt(request);

        Assert.Equal(AttachOutcome.Attached, second.Outcome);
        Assert.NotNull(first.Other);
        Assert.Equal(first.Other.Secret, second.Other?.Secret);
        Assert.Equal(AttachOutcome.AlreadyClaimed, silo.Get<EndClaims>().Adopt(request with { Claimer = Guid.NewGuid() }).Outcome);
    }

    [Fact]
    public async Task Attach_ComesAgainAfterAnotherEndTookOver_DoesNotWinTheSideBack()
    {
        await using var cluster = await PairTestCluster.StartAsync(1);
        var silo = cluster.Silos[0];
        using (silo.Hub.Enter(PairId.New(), out var pair))
        {
            using var relay = pair.StartRelay(() => { });
            AttachRequest Request() => new() { Pair = pair.Id, Side = 0, Host = silo.Address, Secret = Guid.NewGuid(), Window = 65536 };
            var (early, later) = (Request(), Request());
            Assert.Equal(AttachOutcome.Attached, relay.Attach(early, moves: true).Outcome);
            Assert.Equal(AttachOutcome.Attached, relay.Attach(early, moves: true).Outcome);
            Assert.Equal(AttachOutcome.Attached, relay.Attach(later, moves: true).Outcome);

            Assert.Equal(AttachOutcome.AlreadyClaimed, relay.Attach(early, moves: true).Outcome);
            pair.StopRelay(relay);
        }
    }

    private static async Task AssertRefusedAsync(TestSilo silo, EndTicket ticket, WebSocketPairErrorKind kind) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<WebSocketPairException>(() => silo.Pairs.ClaimAsync(ticket))).Kind);
}
