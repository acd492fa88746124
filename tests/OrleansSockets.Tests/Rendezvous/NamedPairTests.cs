using OrleansSockets.Rendezvous;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Rendezvous;

public sealed class NamedPairTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private static readonly SiloAddress A = Silos.Address(1);
    private static readonly SiloAddress B = Silos.Address(2);
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(60);

    private readonly NamedPair _name = new(Cooldown);

    [Fact]
    public void Join_BothSides_AreEndsOfOnePair_PlacedAtTheFirst()
    {
        var first = Join(0, A, out _);
        var second = Join(1, B, out _);

        Assert.Equal(NameOutcome.Joined, first?.Outcome);
        Assert.Equal(first, second);
        Assert.Equal(A, second?.Placement);
        Assert.Equal(NameOutcome.Taken, Join(0, B, out _, patient: false)?.Outcome);
        Assert.Equal(NameOutcome.Taken, Join(1, A, out _, patient: false)?.Outcome);
    }

    [Fact]
    public void Join_ATakenSide_WaitsForTheLeaveThatMayBeUnderWay()
    {
        Join(0, A, out var secret);
        Join(1, B, out _);
        Assert.Null(Join(0, A, out _));
        var changed = _name.Changed;

        Leave(0, secret, NameEnding.ByOthers);

        Assert.True(changed.IsCompletedSuccessfully);
        Assert.Equal(NameOutcome.Joined, Join(0, A, out _)?.Outcome);
    }

    [Fact]
    public void Join_AskedAgain_IsTheSameAnswer()
    {
        var first = Join(0, A, out var secret);

        Assert.Equal(first, _name.Join(new NameJoin("n", 0, A, secret, 2), Now, patient: true));
    }

    [Fact]
    public void Leave_Unmet_NameIsFreeAndNothingStays()
    {
        var first = Join(0, A, out var secret);
        Assert.True(Leave(0, secret, NameEnding.Unmet));

        Assert.True(_name.IsEmpty(Now));
        Assert.NotEqual(first?.Pair, Join(0, B, out _)?.Pair);
    }

    [Fact]
    public void Leave_OneThatNeverAttached_TheOtherOneWaitsOnInThePair()
    {
        var first = Join(0, A, out _);
        Join(1, B, out var secret);
        Leave(1, secret, NameEnding.Unmet);

        Assert.Equal(first?.Pair, Join(1, A, out _)?.Pair);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Leave_ByClient_NameRests_InEitherOrder(bool clientFirst)
    {
        Join(0, A, out var client);
        Join(1, B, out var other);
        if (clientFirst)
        {
            Leave(0, client, NameEnding.ByClient);
        }

        Leave(1, other, NameEnding.ByOthers);
        if (!clientFirst)
        {
            Leave(0, client, NameEnding.ByClient);
        }

        Assert.Equal(new NameReply(NameOutcome.Gone, FreeIn: Cooldown), Join(1, B, out _));
        Assert.False(_name.IsEmpty(Now + TimeSpan.FromSeconds(59)));
        Assert.True(_name.IsEmpty(Now + Cooldown));
    }

    [Fact]
    public void Leave_ByClient_WithoutCooldown_NameIsFreeAtOnce()
    {
        var name = new NamedPair(TimeSpan.Zero);
        var (client, other) = (Guid.NewGuid(), Guid.NewGuid());
        var first = name.Join(new NameJoin("n", 0, A, client, 1), Now, patient: true);
        name.Join(new NameJoin("n", 1, B, other, 1), Now, patient: true);
        name.Leave(new NameLeave("n", 0, client, NameEnding.ByClient), Now);
        name.Leave(new NameLeave("n", 1, other, NameEnding.ByOthers), Now);

        Assert.True(name.IsEmpty(Now));
        var next = name.Join(new NameJoin("n", 1, B, Guid.NewGuid(), 1), Now, patient: true);
        Assert.Equal(NameOutcome.Joined, next?.Outcome);
        Assert.NotEqual(first?.Pair, next?.Pair);
    }

    [Fact]
    public void Leave_ByServers_NameIsFreeAtOnce_AndASideThatLingersKeepsItsOwn()
    {
        var first = Join(0, A, out var closed);
        Join(1, B, out var lingering);
        Leave(0, closed, NameEnding.ByOthers);

        var next = Join(0, B, out _);
        Assert.Equal(NameOutcome.Joined, next?.Outcome);
        Assert.NotEqual(first?.Pair, next?.Pair);
        Assert.Null(Join(1, A, out _));
        Assert.Equal(NameOutcome.Taken, Join(1, A, out _, patient: false)?.Outcome);

        Leave(1, lingering, NameEnding.ByOthers);
        Assert.Equal(next?.Pair, Join(1, A, out _)?.Pair);
    }

    [Fact]
    public void Leave_OfAnEarlierPair_DoesNotEndTheNextOne()
    {
        Join(0, A, out var first);
        Join(1, B, out var lingering);
        Leave(0, first, NameEnding.ByOthers);
        var next = Join(0, A, out _);

        Leave(1, lingering, NameEnding.ByClient);

        Assert.Equal(next?.Pair, Join(1, B, out _)?.Pair);
    }

    [Fact]
    public void Leave_WithoutTheSecret_ChangesNothing()
    {
        Join(0, A, out _);

        Assert.False(Leave(0, Guid.NewGuid(), NameEnding.ByClient));
        Assert.Equal(NameOutcome.Taken, Join(0, B, out _, patient: false)?.Outcome);
    }

    [Fact]
    public void Forget_ALostSilo_NextWaitsForTheSurvivorToEnd_ThenGetsANewPair()
    {
        var first = Join(0, A, out _);
        Join(1, B, out var survivor);
        _name.Forget(holder => holder.Silo.Equals(A));

        Assert.Null(Join(0, B, out _));
        Leave(1, survivor, NameEnding.ByOthers);
        Assert.NotEqual(first?.Pair, Join(0, B, out _)?.Pair);
    }

    [Fact]
    public void Forget_ALostSiloWhoseClientNeverAttached_NextJoinsTheOneThatWaits()
    {
        var first = Join(0, A, out _);
        Join(1, B, out _);
        _name.Forget(holder => holder.Silo.Equals(B));

        Assert.Null(Join(1, A, out _));
        Assert.Equal(first?.Pair, Join(1, A, out _, patient: false)?.Pair);
    }

    [Fact]
    public void Announce_ToAFreshHome_TheNameLivesOn()
    {
        var (pair, waiting) = (PairId.New(), Guid.NewGuid());
        Assert.True(_name.Announce(new NameHold("n", 0, waiting, pair, A, Waits: true), A, 5));

        Assert.Equal(NameOutcome.Taken, Join(0, B, out _, patient: false)?.Outcome);
        Assert.Equal(new NameReply(NameOutcome.Joined, Pair: pair, Placement: A), Join(1, B, out _));
        Assert.Equal(5, _name.Version);
    }

    [Fact]
    public void Announce_BothOfACouple_BothSidesAreTaken()
    {
        var pair = PairId.New();
        Assert.True(_name.Announce(new NameHold("n", 0, Guid.NewGuid(), pair, A, Waits: false), A, 5));
        Assert.True(_name.Announce(new NameHold("n", 1, Guid.NewGuid(), pair, A, Waits: false), B, 5));

        Assert.Equal(NameOutcome.Taken, Join(0, B, out _, patient: false)?.Outcome);
        Assert.Equal(NameOutcome.Taken, Join(1, B, out _, patient: false)?.Outcome);
    }

    [Fact]
    public void Announce_WhoWaitsForAnotherPairThanTheNames_IsStray()
    {
        Join(0, A, out _);

        Assert.False(_name.Announce(new NameHold("n", 1, Guid.NewGuid(), PairId.New(), B, Waits: true), B, 5));
    }

    [Fact]
    public void Announce_WhoWaitsThoughThePairIsOver_IsStray()
    {
        var first = Join(0, A, out var waiting);
        Join(1, B, out var partner);
        Leave(1, partner, NameEnding.ByOthers);

        Assert.False(_name.Announce(new NameHold("n", 0, waiting, first!.Pair, A, Waits: true), A, 5));
    }

    private NameReply? Join(int side, SiloAddress silo, out Guid secret, bool patient = true) =>
        _name.Join(new NameJoin("n", side, silo, secret = Guid.NewGuid(), 1), Now, patient);

    private bool Leave(int side, Guid secret, NameEnding ending) => _name.Leave(new NameLeave("n", side, secret, ending), Now);
}
