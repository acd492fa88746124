using OrleansSockets.Rendezvous;

namespace OrleansSockets.Tests.Rendezvous;

[Collection(OneSilo.Collection)]
public sealed class RendezvousGrainTests(OneSilo one)
{
    private readonly IRendezvousGrain _grain = one.Silo.Grains.GetGrain<IRendezvousGrain>(Guid.NewGuid().ToString());

    [Fact]
    public async Task Join_BothSides_AreEndsOfOnePair()
    {
        var (a, b) = (await ClaimAsync(0), await ClaimAsync(1));
        var log = new EventLog(b);
        a.Send("hello");
        a.Close(4001);
        Assert.Equal(["message hello", "close 4001 '' clean in Closed"], await log.WaitForAsync(2));
        await one.PairGoneAsync(a);
    }

    [Fact]
    public async Task Join_ATakenSide_IsRefused()
    {
        await JoinAsync(0);
        Assert.Equal(RendezvousOutcome.Taken, (await JoinAsync(0)).Outcome);
        Assert.Equal(RendezvousOutcome.Joined, (await JoinAsync(1)).Outcome);
        Assert.Equal(RendezvousOutcome.Taken, (await JoinAsync(1)).Outcome);
    }

    [Fact]
    public async Task Join_WithinAMinuteAfterTheEnd_IsGone()
    {
        var first = await JoinAsync(0);
        await _grain.LeaveAsync(0, first.Ticket!);
        Assert.Equal(RendezvousOutcome.Gone, (await JoinAsync(1)).Outcome);
        one.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(RendezvousOutcome.Gone, (await JoinAsync(0)).Outcome);
        one.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RendezvousOutcome.Joined, (await JoinAsync(0)).Outcome);
    }

    [Fact]
    public async Task Leave_WithAnOldTicket_ChangesNothing()
    {
        var first = await JoinAsync(0);
        await _grain.LeaveAsync(0, first.Ticket!);
        one.Time.Advance(TimeSpan.FromSeconds(60));
        await JoinAsync(0);
        await _grain.LeaveAsync(0, first.Ticket!);
        Assert.Equal(RendezvousOutcome.Joined, (await JoinAsync(1)).Outcome);
    }

    private Task<RendezvousReply> JoinAsync(int side) => _grain.JoinAsync(side, one.Silo.Address);

    private async Task<WebSocketEnd> ClaimAsync(int side)
    {
        var reply = await JoinAsync(side);
        var end = await one.Silo.Pairs.ClaimAsync(reply.Ticket!, TestContext.Current.CancellationToken);
        end.Accept();
        return end;
    }
}
