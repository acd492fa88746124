using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Rendezvous;

namespace OrleansSockets.Tests.Rendezvous;

public sealed class LeaveOutboxTests
{
    private static readonly SiloAddress[] All = Silos.Addresses(2);

    private readonly FakeTimeProvider _pace = new();
    private readonly Lock _gate = new();
    private readonly List<(SiloAddress Home, string Name)> _said = [];
    private readonly LeaveOutbox _outbox;
    private SiloAddress? _silent;

    public LeaveOutboxTests() => _outbox = new LeaveOutbox(SayAsync, _pace, CancellationToken.None);

    [Fact]
    public async Task Add_BeforeAnyHomeIsKnown_IsSaidWithTheFirstView()
    {
        _outbox.Add(new NameLeave("n", 0, Guid.NewGuid(), NameEnding.Unmet));
        Assert.True(_outbox.Sent.IsCompleted);
        _outbox.SetView(new ClusterView(1, [All[0]], [All[0]]));
        await _outbox.Sent;
        Assert.Equal([(All[0], "n")], Said);
    }

    [Fact]
    public async Task SetView_ASilentHomeIsNoneAnyMore_TheNextOneHearsItAtOnce()
    {
        _silent = All[0];
        _outbox.SetView(new ClusterView(1, [All[0]], All));
        _outbox.Add(new NameLeave("n", 0, Guid.NewGuid(), NameEnding.Unmet));
        await UntilAsync(() => Said.Length == 1);
        _outbox.SetView(new ClusterView(2, [All[1]], All));
        await UntilAsync(() => Said.Length == 2);
        Assert.Equal([(All[0], "n"), (All[1], "n")], Said);
    }

    [Fact]
    public async Task Add_HomeIsSilent_IsSaidAgainUntilItIsHeardAndNoMore()
    {
        _silent = All[0];
        _outbox.SetView(new ClusterView(1, [All[0]], [All[0]]));
        _outbox.Add(new NameLeave("n", 0, Guid.NewGuid(), NameEnding.Unmet));
        await UntilAsync(() => Said.Length == 1);
        lock (_gate)
        {
            _silent = null;
        }

        await UntilAsync(() =>
        {
            _pace.Advance(TimeSpan.FromSeconds(1));
            return _outbox.Sent.IsCompleted;
        });
        Assert.Equal([(All[0], "n"), (All[0], "n")], Said);
    }

    private (SiloAddress Home, string Name)[] Said
    {
        get
        {
            lock (_gate)
            {
                return [.. _said];
            }
        }
    }

    private Task<bool> SayAsync(SiloAddress home, NameLeave[] leaves)
    {
        lock (_gate)
        {
            _said.AddRange(leaves.Select(leave => (home, leave.Name)));
            return Task.FromResult(!home.Equals(_silent));
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "It does not come to pass.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
