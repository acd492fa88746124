using System.Net;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Links;

public sealed class SiloPathTests
{
    private static readonly SiloAddress To = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private static readonly SiloAddress C = SiloAddress.New(IPAddress.Loopback, 3, 1);
    private static readonly SiloAddress D = SiloAddress.New(IPAddress.Loopback, 4, 1);
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LossLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeNetwork _network = new();
    private readonly SiloPath _path;

    public SiloPathTests() => _path = new SiloPath(To, _network, LinkTimeout, LossLimit, _time);

    [Fact]
    public async Task Deliver_NoAnswerWithinTheTimeout_OpensAnewAndGoesAround()
    {
        _network.Answers = false;
        var first = _path.DeliverAsync(Batch(1));
        _time.Advance(LinkTimeout - Step);
        Assert.False(first.IsCompleted);
        Assert.Null(_path.DownSince);

        _time.Advance(Step);
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await UntilAsync(() => _path.Through is not null);
        Assert.Equal(_time.GetUtcNow() - LinkTimeout, _path.DownSince);
        Assert.Equal(1, _network.Resets);
        await _path.DeliverAsync(Batch(1));
        Assert.Equal([1], _network.Forwarded(C));
        Assert.Equal(["down", $"through {C}"], _network.Events);
    }

    [Fact]
    public async Task Deliver_OthersAreAnswered_IsNotDown()
    {
        _network.LosesBatches = true;
        var lost = _path.DeliverAsync(Batch(1));
        for (var passed = TimeSpan.Zero; passed < LinkTimeout; passed += Step)
        {
            _time.Advance(Step);
            await _path.TickAsync();
        }

        await Assert.ThrowsAsync<TimeoutException>(() => lost);
        Assert.Null(_path.DownSince);
        Assert.Equal(0, _network.Resets);
    }

    [Fact]
    public async Task Deliver_StartedLateInTheSilence_GoesAroundWithTheFirst()
    {
        _network.Answers = false;
        var first = _path.DeliverAsync(Batch(1));
        _time.Advance(LinkTimeout - Step);
        var second = _path.DeliverAsync(Batch(2));
        _time.Advance(Step);

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<OperationCanceledException>(() => second);
        await _path.DeliverAsync(Batch(2));
        Assert.Equal([2], _network.Forwarded(C));
    }

    [Fact]
    public async Task Tick_NobodyAsksAnything_NoticesTheSilence()
    {
        _network.Answers = false;
        await PassAsync(LinkTimeout + LinkTimeout / 2 + Step);
        await UntilAsync(() => _path.Through is not null);
        Assert.Equal(["down", $"through {C}"], _network.Events);
    }

    [Fact]
    public async Task Tick_AnswersAgain_IsUpAndWaitsForNoDetour()
    {
        await GoDownAsync();
        _network.CannotReach(C, forGood: true);
        var waiting = _path.DeliverAsync(Batch(1));
        _network.Answers = true;
        await AnswersAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
        Assert.Null(_path.DownSince);
        Assert.Null(_path.Through);
        await UntilAsync(() => _network.Events.Count == 3);
        Assert.StartsWith("up after", _network.Events[^1], StringComparison.Ordinal);
        await _path.DeliverAsync(Batch(1));
        Assert.Equal([1], _network.Received);
    }

    [Fact]
    public async Task Deliver_DetourFails_FindsAnother()
    {
        await GoDownAsync();
        _network.CannotReach(C);
        await Assert.ThrowsAsync<TimeoutException>(() => _path.DeliverAsync(Batch(1)));
        Assert.Null(_path.Through);
        _ = _path.TickAsync();
        await UntilAsync(() => D.Equals(_path.Through));
        await _path.DeliverAsync(Batch(1));
        Assert.Equal([1], _network.Forwarded(D));
    }

    [Fact]
    public async Task Tick_DetourGoesWithoutABatch_FindsAnother()
    {
        await GoDownAsync();
        _network.CannotReach(C);
        await PassAsync(LinkTimeout);
        await UntilAsync(() => D.Equals(_path.Through));
    }

    [Fact]
    public async Task Tick_DetourIsNoCandidateAnyMore_FindsAnotherAtOnce()
    {
        // It is dead, or its own link is down by now: nobody has to wait until a call through it fails.
        await GoDownAsync();
        Assert.Equal(C, _path.Through);
        _network.Third = [D];
        _network.CannotReach(C);
        await _path.TickAsync();
        await UntilAsync(() => D.Equals(_path.Through));
    }

    [Fact]
    public async Task Ping_TheSiloThrows_IsAnAnswer()
    {
        _network.PingThrows = true;
        for (var passed = TimeSpan.Zero; passed < LinkTimeout * 3; passed += Step)
        {
            _time.Advance(Step);
            await _path.TickAsync();
        }

        Assert.Null(_path.DownSince);
        Assert.Empty(_network.Events);
    }

    [Fact]
    public async Task Tick_NoDetourForTheLimit_IsLostOnce()
    {
        _network.CannotReach(C);
        _network.CannotReach(D);
        _network.Answers = false;
        await PassAsync(LossLimit - Step);
        Assert.Equal(["down"], _network.Events);
        await PassAsync(LossLimit);
        Assert.Equal(["down", "lost"], _network.Events);

        _network.Answers = true;
        await AnswersAsync();
    }

    [Fact]
    public async Task Tick_DetourWorks_IsNeverLost()
    {
        await GoDownAsync();
        await PassAsync(LossLimit * 2);
        Assert.Equal(["down", $"through {C}"], _network.Events);
    }

    [Fact]
    public async Task Tick_StaysDown_OpensAnewAtMostOnceATimeout()
    {
        await GoDownAsync();
        var before = _network.Resets;
        await PassAsync(LinkTimeout * 4);
        Assert.InRange(_network.Resets - before, 2, 4);
    }

    [Fact]
    public async Task Deliver_ThisSiloStoodStill_ProvesNothing()
    {
        _network.Answers = false;
        _network.HasStoodStill = true;
        var batch = _path.DeliverAsync(Batch(1));
        _time.Advance(LinkTimeout * 4);
        await Assert.ThrowsAsync<TimeoutException>(() => batch);
        Assert.Null(_path.DownSince);
    }

    private static LinkBatch Batch(long number) => new(To, number, default, WireRange.Unframed);

    private async Task GoDownAsync()
    {
        _network.Answers = false;
        await PassAsync(LinkTimeout + LinkTimeout / 2 + Step);
        await UntilAsync(() => _path.Through is not null);
    }

    // A question that is under way gets no answer; the next one does.
    private async Task AnswersAsync()
    {
        _time.Advance(LinkTimeout / 2);
        await UntilAsync(() =>
        {
            _ = _path.TickAsync();
            return _path.DownSince is null;
        });
    }

    // What the time sets free ends on other threads.
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            _ = _path.TickAsync();
            _time.Advance(Step);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
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

    private sealed class FakeNetwork : IPathProbe
    {
        private readonly Lock _gate = new();
        private readonly List<string> _events = [];
        private readonly List<(SiloAddress Through, long Number)> _forwarded = [];
        private readonly Dictionary<SiloAddress, bool> _unreached = [];

        public bool Answers { get; set; } = true;

        public bool LosesBatches { get; set; }

        public bool HasStoodStill { get; set; }

        public bool PingThrows { get; set; }

        public IReadOnlyList<SiloAddress> Third { get; set; } = [C, D];

        public int Resets { get; private set; }

        public List<long> Received { get; } = [];

        public IReadOnlyList<string> Events
        {
            get
            {
                lock (_gate)
                {
                    return [.. _events];
                }
            }
        }

        /// <summary>That silo reaches the other one no more; it says so, or does not answer either.</summary>
        public void CannotReach(SiloAddress through, bool forGood = false) => _unreached[through] = forGood;

        public IEnumerable<long> Forwarded(SiloAddress through) =>
            _forwarded.Where(one => one.Through.Equals(through)).Select(one => one.Number);

        public Task PingAsync(SiloAddress to) =>
            PingThrows ? Task.FromException(new InvalidOperationException("Its own.")) : Answers ? Task.CompletedTask : Never<bool>();

        public Task<bool> ReachesAsync(SiloAddress through, SiloAddress to) =>
            _unreached.TryGetValue(through, out var silent) ? silent ? Never<bool>() : Task.FromResult(false)
            : through.Equals(D) && !_unreached.ContainsKey(C) ? Never<bool>() : LaterAsync();

        public Task ReceiveAsync(SiloAddress to, LinkBatch batch)
        {
            if (!Answers || LosesBatches)
            {
                return Never<bool>();
            }

            Received.Add(batch.Number);
            return Task.CompletedTask;
        }

        public async Task<bool> ForwardAsync(SiloAddress through, SiloAddress to, LinkBatch batch)
        {
            if (_unreached.TryGetValue(through, out var silent))
            {
                return silent && await Never<bool>();
            }

            _forwarded.Add((through, batch.Number));
            return true;
        }

        public IReadOnlyList<SiloAddress> Candidates(SiloAddress to) => Third;

        public void Reset(SiloAddress to) => Resets++;

        public void WentDown(SiloPath path) => Add("down");

        public void FoundDetour(SiloPath path, SiloAddress through, bool again) => Add($"through {through}");

        public void WasLost(SiloPath path) => Add("lost");

        public void CameUp(SiloPath path, TimeSpan outage) => Add($"up after {outage}");

        private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

        // The outage is told before.
        private static async Task<bool> LaterAsync()
        {
            await Task.Yield();
            return true;
        }

        private void Add(string what)
        {
            lock (_gate)
            {
                _events.Add(what);
            }
        }
    }
}
