using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSockets.Diagnostics;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Links;

public sealed class SiloLinkTests : IDisposable
{
    private static readonly SiloAddress From = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress To = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private static readonly PairId Pair = PairId.New();

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly OtherSilo _other = new();
    private readonly ConcurrentQueue<string> _refusals = new();
    private readonly SiloLink _link;
    private bool _dead;

    public SiloLinkTests() => _link = Create(TimeSpan.Zero);

    private SiloLink Create(TimeSpan patience) => new(
        To,
        From,
        _other,
        WireRange.Spoken,
        patience,
        _refusals.Enqueue,
        _ => Volatile.Read(ref _dead),
        TimeProvider.System,
        new PairMetrics(_services.GetRequiredService<IMeterFactory>()),
        NullLogger.Instance);

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Send_CallsFailAndOvertake_ArrivesOnceAndInOrder(int seed)
    {
        const int Frames = 3000;
        _other.Disorder = new Random(seed);
        for (var i = 1; i <= Frames; i++)
        {
            _link.Send(Data(i));
        }

        await _other.ReceivedAsync(Frames);
        Assert.Equal(Enumerable.Range(1, Frames).Select(i => (long)i), _other.Sequences);
        await IdleAsync();
    }

    [Fact]
    public async Task Send_WhileACallIsUnderWay_TravelsTogether()
    {
        _other.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _link.Send(Data(1));
        await _other.CallsAsync(1);
        _link.Send(Data(2));
        await _other.CallsAsync(2);

        // Two batches are under way: what comes now waits and goes as one.
        for (var i = 3; i <= 100; i++)
        {
            _link.Send(Data(i));
        }

        Assert.False(_link.IsIdle);
        _other.Hold.SetResult();
        await _other.ReceivedAsync(100);
        await IdleAsync();
        Assert.Equal(3, _other.Calls);
    }

    [Fact]
    public async Task Send_TheOtherSiloDies_DropsEverythingAndIsIdle()
    {
        _other.Fails = true;
        _link.Send(Data(1));
        await _other.CallsAsync(1);
        Volatile.Write(ref _dead, true);
        await IdleAsync();

        var calls = _other.Calls;
        _link.Send(Data(2));
        Assert.True(_link.IsIdle);
        Assert.Equal(calls, _other.Calls);
    }

    [Fact]
    public async Task Send_BeforeTheOtherSiloHasSaidWhatItSpeaks_WaitsInOrder()
    {
        _other.SilentHellos = 2;
        for (var i = 1; i <= 10; i++)
        {
            _link.Send(Data(i));
        }

        Assert.False(_link.IsIdle);
        await _other.ReceivedAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), _other.Sequences);
        await IdleAsync();
    }

    [Fact]
    public async Task Send_TheOtherSiloSpeaksOtherVersions_SaysSoEachTimeAndHoldsNothing()
    {
        _other.Speaks = new WireRange(98, 99);
        for (var i = 1; i <= 2; i++)
        {
            _link.Send(Data(i));
            await IdleAsync();
            await OtherSilo.PollAsync(() => _refusals.Count == i);
        }

        Assert.All(_refusals, why => Assert.Equal("its node 127.0.0.1:2 speaks the wire versions 98 to 99, and this one 0 to 2", why));
        Assert.Equal(0, _other.Calls);
    }

    [Fact]
    public async Task Send_TheOtherSiloDoesNotKnowTheQuestion_SpeaksAsItDoes()
    {
        _other.Fault = new TypeLoadException("Hello");
        for (var i = 1; i <= 10; i++)
        {
            _link.Send(Data(i));
        }

        await _other.ReceivedAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), _other.Sequences);
        Assert.Equal([WireRange.Unframed], _other.Versions.Distinct());
        Assert.Empty(_refusals);
    }

    [Fact]
    public async Task Send_TheOtherSiloNeverSaysWhatItSpeaks_IsRefusedAfterALimit()
    {
        _other.Fault = new InvalidOperationException("no such service");
        var link = Create(TimeSpan.FromMilliseconds(1));

        link.Send(Data(1));

        await OtherSilo.PollAsync(() => !_refusals.IsEmpty);
        Assert.Equal(
            "its node 127.0.0.1:2 has not said within ReattachTimeout (00:00:00.0010000) which wire versions it speaks",
            Assert.Single(_refusals));
        Assert.True(link.IsIdle);

        // It is asked again with what comes next.
        _other.Fault = null;
        link.Send(Data(2));
        await _other.ReceivedAsync(1);
        Assert.Equal([2L], _other.Sequences);
    }

    private static LinkFrame Data(long sequence) =>
        LinkFrame.OfData(Pair, 0, toOwner: true, new PairFrame(sequence, PairFrameKind.Binary, true, true, 0, new byte[100]));

    private async Task IdleAsync()
    {
        while (!_link.IsIdle)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private sealed class OtherSilo : ILinkTransport
    {
        private readonly Lock _gate = new();
        private readonly LinkInbox _inbox;
        private int _calls;
        private int _hellos;

        public OtherSilo() => _inbox = new LinkInbox(Deliver);

        public Random? Disorder { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public bool Fails { get; set; }

        public int SilentHellos { get; set; }

        /// <summary>The answer to each hello; null: one.</summary>
        public Exception? Fault { get; set; }

        public ConcurrentQueue<int> Versions { get; } = new();

        public List<long> Sequences { get; } = [];

        public int Calls => Volatile.Read(ref _calls);

        public Task CallsAsync(int count) => PollAsync(() => Calls >= count);

        public Task ReceivedAsync(int count) => PollAsync(() =>
        {
            lock (_gate)
            {
                return Sequences.Count >= count;
            }
        });

        public WireRange Speaks { get; set; } = WireRange.Spoken;

        public Task<WireRange> HelloAsync(WireRange spoken) => Fault is { } fault
            ? Task.FromException<WireRange>(fault)
            : Interlocked.Increment(ref _hellos) <= SilentHellos
            ? Task.FromException<WireRange>(new TimeoutException("no answer"))
            : Task.FromResult(Speaks);

        public async Task DeliverAsync(LinkBatch batch)
        {
            Interlocked.Increment(ref _calls);

            // A call between silos carries a copy; the sender uses its buffer again.
            batch = batch with { Frames = batch.Frames.ToArray() };
            if (Fails)
            {
                throw new IOException("gone");
            }

            if (Hold is { } hold)
            {
                await hold.Task;
            }

            if (Disorder is { } random)
            {
                int dice;
                lock (_gate)
                {
                    dice = random.Next(8);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(dice), TimeProvider.System);
                if (dice == 0)
                {
                    throw new TimeoutException("lost on the way");
                }

                _inbox.Receive(batch);
                if (dice == 1)
                {
                    throw new TimeoutException("the answer was lost");
                }

                return;
            }

            _inbox.Receive(batch);
        }

        public static async Task PollAsync(Func<bool> condition)
        {
            while (!condition())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }

        private void Deliver(LinkBatch batch)
        {
            Versions.Enqueue(batch.Version);
            var reader = new LinkBatchReader(batch.Frames.Span, batch.Version);
            lock (_gate)
            {
                while (reader.Read(out var frame) == LinkReadResult.Frame)
                {
                    Sequences.Add(frame.Frame.Sequence);
                }
            }
        }
    }
}
