using OrleansSockets.Custody;
using OrleansSockets.Ends;
using OrleansSockets.Pairs;

namespace OrleansSockets.Tests.Ends;

[Collection(OneSilo.Collection)]
public sealed class WithdrawTests(OneSilo one)
{
    [Fact]
    public async Task Claim_CancelledWhileUnderWay_DropsThePeer()
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
        using var cancellation = new CancellationTokenSource();
        var claim = one.Silo.Get<EndClaims>()
            .ClaimAsync(ticket!, pair.Server.Core.Settings, _ => cancellation.Cancel(), cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claim);

        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await one.PairGoneAsync(pair.Server);
    }

    [Fact]
    public async Task Withdraw_ThePeerHasGoneBefore_NothingOfItsLastWordStays()
    {
        WebSocketPair? pair = null;
        EndTicket? ticket = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            ticket = pair.Server.Release();
        });
        var server = await one.Silo.Pairs.ClaimAsync(ticket!, TestContext.Current.CancellationToken);
        var client = CoupledEnd.Join(pair!.Client, new Deaf());

        client.Drop();
        using (client.Gate.Enter())
        {
            // As it is when its host has given it up.
            ((Pair)server.Core.Pair).RemoveEnd(server.Core.Side);
        }

        await one.Silo.Get<PairGrainCalls>().WithdrawAsync(server.Core, Task.CompletedTask);
        await one.PairGoneAsync(pair.Client);
    }

    private sealed class Deaf : IEndConsumer
    {
        public void Signal()
        {
        }
    }
}
