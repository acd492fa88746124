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
        var claim = one.Silo.Hub.Claims.ClaimAsync(ticket!, pair.Server.Core.Settings, _ => cancellation.Cancel(), cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claim);

        Assert.StartsWith("close 1006", (await log.WaitForAsync(1))[0], StringComparison.Ordinal);
        await one.PairGoneAsync(pair.Server);
    }
}
