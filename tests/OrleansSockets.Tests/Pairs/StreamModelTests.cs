using System.Buffers.Binary;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

/// <summary>
/// A sender and a receiver over routes that come and go: a route keeps order, and may lose what is under way when it goes. Whatever
/// happens, the receiver gets every message once and in order, and never waits for ever.
/// </summary>
public sealed class StreamModelTests
{
    private const int MaxWindow = 256 * 1024;

    private static readonly int[] Windows = [PairBudget.MinWindow, 64 * 1024, 100_000, MaxWindow];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Streams_RoutesComeAndGo_DeliverOnceAndInOrder(int seed) => new Run(seed).Execute();

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 60));

    private sealed class Run(int seed)
    {
        private const int Messages = 120;

        private readonly Random _random = new(seed);
        private readonly OutStream _out = new(Windows[seed % Windows.Length]);
        private readonly InStream _in = new(Windows[seed % Windows.Length]);
        private readonly List<Route> _routes = [];
        private readonly Queue<ReceivedItem> _taken = new();
        private readonly List<int> _sizes = [];
        private int _queued;
        private int _received;
        private bool _ended;
        private int _limit = MaxWindow;

        private Route Current => _routes[^1];

        public void Execute()
        {
            _routes.Add(new Route());
            _out.ReceiverAttached(0, _in.Window);
            _in.Open();
            for (var step = 0; step < 4000; step++)
            {
                Step(_random.Next(100));
            }

            // From now on nothing is lost: everything has to arrive.
            Replace(lose: true);
            while (_queued < Messages)
            {
                EnqueueMessage();
            }

            _out.Enqueue(Frames.Close(4000));
            var idle = 0;
            while (!(_out.IsFinished && _in.IsFinished))
            {
                var before = Progress();
                Pump();
                DeliverAll();
                TakeSome(int.MaxValue);
                ConsumeSome(int.MaxValue);
                idle = Progress() == before ? idle + 1 : 0;
                Assert.True(idle < 3, $"Seed {seed}: the streams stall after {_received} of {Messages} messages.");
            }

            Assert.Equal(Messages, _received);
            Assert.True(_ended);
            Assert.Equal(0, _in.HeldBytes);
            Assert.Equal(0, _out.QueuedBytes);
        }

        private void Step(int dice)
        {
            switch (dice)
            {
                case < 10 when _queued < Messages:
                    EnqueueMessage();
                    break;
                case < 35:
                    Pump();
                    break;
                case < 60:
                    DeliverOne();
                    break;
                case < 75:
                    TakeSome(_random.Next(1, 4));
                    break;
                case < 95:
                    ConsumeSome(_random.Next(1, 4));
                    break;
                case 95:
                    // The budget of the silo is exceeded for a while.
                    _limit = _limit == MaxWindow ? PairBudget.MinWindow : MaxWindow;
                    break;
                case < 99:
                    Replace(lose: _random.Next(2) == 0);
                    break;
                default:
                    _out.ReceiverDetached();
                    break;
            }
        }

        private (int, int, long) Progress() => (_received, _taken.Count, _in.Consumed);

        private void EnqueueMessage()
        {
            var size = _random.Next(6) == 0 ? _random.Next(8, 400_000) : _random.Next(8, 3000);
            var message = new byte[size];
            BinaryPrimitives.WriteInt32LittleEndian(message, _queued++);
            message[^1] ^= (byte)size;
            _sizes.Add(size);
            var rest = message.AsMemory();
            var first = true;
            do
            {
                var chunk = rest[..Math.Min(rest.Length, PairFrame.MaxChunk)];
                rest = rest[chunk.Length..];
                _out.Enqueue(new PairFrame(0, PairFrameKind.Binary, first, rest.IsEmpty, 0, chunk));
                first = false;
            }
            while (!rest.IsEmpty);
        }

        private void Pump()
        {
            while (_out.TryNext(out var frame))
            {
                Current.Frames.Enqueue(frame);
            }
        }

        private void Replace(bool lose)
        {
            if (lose)
            {
                _routes.Clear();
            }

            // An older route may still deliver what it holds, after a newer one has begun.
            _routes.Add(new Route());
            _out.ReceiverAttached(_in.Consumed, _in.Window);
        }

        private void DeliverOne()
        {
            var route = _routes[_random.Next(_routes.Count)];
            if (_random.Next(3) == 0 && route.Credits.TryDequeue(out var credit))
            {
                _out.Acknowledge(credit.Consumed, credit.Window);
            }
            else if (route.Frames.TryDequeue(out var frame))
            {
                _in.Receive(frame);
                ReturnCredit();
            }
        }

        private void DeliverAll()
        {
            foreach (var route in _routes)
            {
                while (route.Frames.TryDequeue(out var frame))
                {
                    _in.Receive(frame);
                    ReturnCredit();
                }
            }

            foreach (var route in _routes)
            {
                while (route.Credits.TryDequeue(out var credit))
                {
                    _out.Acknowledge(credit.Consumed, credit.Window);
                }
            }
        }

        private void TakeSome(int count)
        {
            while (count-- > 0 && _in.TryTake(out var item))
            {
                _taken.Enqueue(item);
            }
        }

        private void ConsumeSome(int count)
        {
            while (count-- > 0 && _taken.TryDequeue(out var item))
            {
                Check(item);
                _in.Consume(item);
                ReturnCredit();
            }
        }

        private void Check(in ReceivedItem item)
        {
            Assert.False(_ended);
            if (item.IsTerminal)
            {
                _ended = true;
                Assert.Equal(4000, item.Code);
                return;
            }

            var message = item.Payload.Span;
            Assert.Equal(_received, BinaryPrimitives.ReadInt32LittleEndian(message));
            Assert.Equal(_sizes[_received], message.Length);
            _received++;
        }

        private void ReturnCredit()
        {
            if (_in.TakeCreditDue(_limit))
            {
                Current.Credits.Enqueue((_in.Consumed, _in.Window));
            }
        }
    }

    private sealed class Route
    {
        public Queue<PairFrame> Frames { get; } = new();

        public Queue<(long Consumed, int Window)> Credits { get; } = new();
    }
}
