using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Rendezvous;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Rendezvous;

/// <summary>The home of names while the cluster changes, seen from silo 1.</summary>
public sealed class NameTableTests
{
    private static readonly SiloAddress[] All = Silos.Addresses(3);
    private static readonly SiloAddress Here = All[0];
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly NameTable _table;

    public NameTableTests() => _table = new NameTable(Here, Cooldown, _clock, _clock);

    [Fact]
    public async Task Join_BeforeAllHaveSpoken_WaitsAndThenIsUnsettled()
    {
        var view = See(1, All);
        Say(All[1], 1);
        var join = JoinAsync(NameAt(view, Here), view);

        Assert.False(join.IsCompleted);
        await PassPatienceAsync(join);
        Assert.Equal(NameOutcome.Unsettled, (await join).Outcome);
    }

    [Fact]
    public async Task Join_WhenTheLastOneSpeaks_IsAnswered()
    {
        var view = See(1, All);
        Say(All[0], 1);
        Say(All[1], 1);
        var join = JoinAsync(NameAt(view, Here), view);
        Assert.False(join.IsCompleted);

        Say(All[2], 1);

        Assert.Equal(NameOutcome.Joined, (await join).Outcome);
    }

    [Fact]
    public async Task Join_ANameOfAnotherHome_IsMoved()
    {
        var view = Settle(1, All);

        Assert.Equal(NameOutcome.Moved, (await JoinAsync(NameAt(view, All[1]), view)).Outcome);
    }

    [Fact]
    public async Task Join_OvertakesTheLeaveOfItsOwnOldSocket_IsAnsweredWithTheLeave()
    {
        var view = Settle(1, All);
        var name = NameAt(view, Here);
        var old = new NameJoin(name, 0, Here, Guid.NewGuid(), view.Version);
        await _table.JoinAsync(old, TestContext.Current.CancellationToken);
        var again = JoinAsync(name, view);
        Assert.False(again.IsCompleted);

        _table.Leave([new NameLeave(name, 0, old.Secret, NameEnding.Unmet)]);

        Assert.Equal(NameOutcome.Joined, (await again).Outcome);
    }

    [Fact]
    public async Task Join_WaitsForASide_AndTheNameMoves_IsTold()
    {
        var view = Settle(1, All[..2]);
        var name = NameAt(view, Here, new ClusterView(2, All, All), All[2]);
        await JoinAsync(name, view);
        var waiting = JoinAsync(name, view);
        Assert.False(waiting.IsCompleted);

        See(2, All);

        Assert.Equal(NameOutcome.Moved, (await waiting).Outcome);
    }

    [Fact]
    public async Task SetView_ASiloIsLost_ItsNamesWaitForTheOthers_TheRestDoNot()
    {
        var before = Settle(1, All);
        var after = See(2, All[..2]);
        var (mine, came) = (NameAt(before, Here), NameAt(before, All[2], after, Here));

        Assert.Equal(NameOutcome.Joined, (await JoinAsync(mine, after)).Outcome);
        var waiting = JoinAsync(came, after);
        Assert.False(waiting.IsCompleted);

        Say(All[0], 2);
        Say(All[1], 2, Hold(came, 0, waits: true));
        await PassPatienceAsync(waiting);
        Assert.Equal(NameOutcome.Taken, (await waiting).Outcome);
    }

    [Fact]
    public async Task SetView_ASiloThatShutsDown_HasToSpeakUntilItSaysFarewell()
    {
        var before = Settle(1, All);
        var after = new ClusterView(2, All[..2], All);
        _table.SetView(after);
        Say(All[0], 2);
        Say(All[1], 2);
        var join = JoinAsync(NameAt(before, All[2], after, Here), after);
        Assert.False(join.IsCompleted);

        Say(All[2], NameTable.Farewell);

        Assert.Equal(NameOutcome.Joined, (await join).Outcome);
    }

    [Fact]
    public async Task SetView_NameWasElsewhereForAMoment_WaitsAlthoughItIsBack()
    {
        Settle(1, All[..2]);
        var away = See(2, All);
        var back = See(3, All[..2]);
        var join = JoinAsync(NameAt(away, All[2], back, Here), back);
        Assert.False(join.IsCompleted);

        Say(All[0], 3);
        Say(All[1], 3);

        Assert.Equal(NameOutcome.Joined, (await join).Outcome);
    }

    [Fact]
    public async Task SetView_AHolderIsDead_ItsSideIsFree()
    {
        var view = Settle(1, All);
        var name = NameAt(view, Here);
        await JoinAsync(name, view, holder: All[2]);
        Assert.Equal(1, _table.Count);

        Settle(2, All[..2]);

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task Announce_ComesBeforeTheViewItSpeaksOf_IsKept()
    {
        Settle(1, All);
        var after = new ClusterView(2, All[..2], All[..2]);
        var name = NameAt(after, Here);
        Say(All[0], 2);
        Say(All[1], 2, Hold(name, 0, waits: true));

        _table.SetView(after);

        var join = JoinAsync(name, after);
        await PassPatienceAsync(join);
        Assert.Equal(NameOutcome.Taken, (await join).Outcome);
    }

    [Fact]
    public async Task Announce_Complete_WhatIsNotSaidAnyMoreIsForgotten()
    {
        var view = Settle(1, All);
        var name = NameAt(view, Here);
        await JoinAsync(name, view, holder: All[1]);

        Say(All[1], 2);

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Announce_ToAHomeOfOld_LeavesNothing()
    {
        Settle(1, All[..1]);
        var view = Settle(2, All);

        _table.Announce(new NameAnnouncement(All[1], 1, IsComplete: false, [Hold(NameAt(view, All[2]), 0, waits: true)]));

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task Leave_ComesBeforeItsJoin_TheJoinTakesNothing()
    {
        var view = Settle(1, All);
        var join = new NameJoin(NameAt(view, Here), 0, All[1], Guid.NewGuid(), 1);
        _table.Leave([new NameLeave(join.Name, 0, join.Secret, NameEnding.Unmet)]);

        Assert.Equal(NameOutcome.Unsettled, (await _table.JoinAsync(join, TestContext.Current.CancellationToken)).Outcome);
        Assert.Equal(NameOutcome.Joined, (await JoinAsync(join.Name, view)).Outcome);
    }

    [Fact]
    public async Task Leave_ComesBeforeItsAnnouncement_TheAnnouncementTakesNothing()
    {
        var view = Settle(1, All);
        var hold = Hold(NameAt(view, Here), 0, waits: true);
        _table.Leave([new NameLeave(hold.Name, 0, hold.Secret, NameEnding.Unmet)]);
        Say(All[1], 2, hold);

        Assert.Equal(0, _table.Count);
        Assert.Equal(NameOutcome.Joined, (await JoinAsync(hold.Name, view)).Outcome);
    }

    [Fact]
    public async Task Join_ASideWhoseSocketIsAboutToEnd_WaitsForIt()
    {
        var view = Settle(1, All);
        var name = NameAt(view, Here);
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await _table.JoinAsync(new NameJoin(name, 0, All[1], first, 1), TestContext.Current.CancellationToken);
        await _table.JoinAsync(new NameJoin(name, 1, All[2], second, 1), TestContext.Current.CancellationToken);
        _table.Leave([new NameLeave(name, 1, second, NameEnding.ByOthers)]);
        var again = JoinAsync(name, view);
        Assert.False(again.IsCompleted);

        _table.Leave([new NameLeave(name, 0, first, NameEnding.ByOthers)]);

        Assert.Equal(NameOutcome.Joined, (await again).Outcome);
    }

    [Fact]
    public async Task Sweep_AfterTheRest_NothingIsLeft()
    {
        var view = Settle(1, All);
        var name = NameAt(view, Here);
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await _table.JoinAsync(new NameJoin(name, 0, All[1], first, 1), TestContext.Current.CancellationToken);
        await _table.JoinAsync(new NameJoin(name, 1, All[2], second, 1), TestContext.Current.CancellationToken);
        _table.Leave([
            new NameLeave(name, 0, first, NameEnding.ByClient),
            new NameLeave(name, 1, second, NameEnding.ByOthers)]);
        _table.Sweep();
        Assert.Equal(1, _table.Count);

        _clock.Advance(Cooldown);
        _table.Sweep();

        Assert.Equal(0, _table.Count);
    }

    private static string NameAt(ClusterView view, SiloAddress home, ClusterView? later = null, SiloAddress? laterHome = null) =>
        Enumerable.Range(0, 1000).Select(i => $"n{i}")
            .First(name => home.Equals(view.HomeOf(name)) && (later is null || laterHome!.Equals(later.HomeOf(name))));

    private static NameHold Hold(string name, int side, bool waits) => new(name, side, Guid.NewGuid(), PairId.New(), All[1], waits);

    private ClusterView See(long version, SiloAddress[] silos)
    {
        var view = new ClusterView(version, silos, silos);
        _table.SetView(view);
        return view;
    }

    private ClusterView Settle(long version, SiloAddress[] silos)
    {
        var view = See(version, silos);
        foreach (var silo in silos)
        {
            Say(silo, version);
        }

        return view;
    }

    private void Say(SiloAddress holder, long version, params NameHold[] holds) =>
        _table.Announce(new NameAnnouncement(holder, version, IsComplete: true, holds));

    private Task<NameReply> JoinAsync(string name, ClusterView view, SiloAddress? holder = null) =>
        _table.JoinAsync(new NameJoin(name, 0, holder ?? Here, Guid.NewGuid(), view.Version), TestContext.Current.CancellationToken);

    private async Task PassPatienceAsync(Task join)
    {
        while (!join.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
