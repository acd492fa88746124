using System.Buffers.Binary;

namespace OrleansSockets.Tests.Clusters;

/// <summary>
/// Both ends of a pair send numbered messages all the time, until they are told to stop; then everything must have arrived once and in
/// order.
/// </summary>
internal sealed class Traffic
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Direction[] _directions;
    private readonly Task _sending;

    private Traffic(WebSocketEnd a, WebSocketEnd b, int seed)
    {
        _directions = [new Direction(a, b, new Random(seed)), new Direction(b, a, new Random(seed + 1))];
        _sending = Task.WhenAll(_directions.Select(direction => Task.Run(() => direction.SendAsync())));
    }

    public long Received => _directions.Sum(direction => direction.Received);

    public static Traffic Start(WebSocketEnd a, WebSocketEnd b, int seed = 1) => new(a, b, seed);

    /// <summary>Ends when messages passed in both directions since the call.</summary>
    public async Task FlowsAsync()
    {
        var before = _directions.Select(direction => direction.Received).ToArray();
        await PollAsync(() => _directions.Zip(before).All(pair => pair.First.Received > pair.Second), "Nothing flows: ");
    }

    public async Task StopAndCheckAsync()
    {
        foreach (var direction in _directions)
        {
            direction.Stop();
        }

        await _sending.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        await PollAsync(() => _directions.All(direction => direction.IsComplete), "Lost: ");
        Assert.All(_directions, direction => Assert.Equal((0L, direction.Sent), (direction.Wrong, direction.Received)));

        // The cluster serves other tests, too, and they look at what is left on it.
        _directions[0].Close();
    }

    private async Task PollAsync(Func<bool> condition, string problem)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < Limit,
                problem + string.Join("; ", _directions.Select(direction => direction.ToString())));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Direction
    {
        private readonly WebSocketEnd _from;
        private readonly WebSocketEnd _to;
        private readonly Random _random;
        private long _sent;
        private long _received;
        private long _wrong;
        private volatile bool _stopped;

        public Direction(WebSocketEnd from, WebSocketEnd to, Random random)
        {
            (_from, _to, _random) = (from, to, random);
            to.OnMessage(e => Check(e.Data.Bytes.Span));
            to.OnClose(_ => _wrong++);
            to.OnError(_ => _wrong++);
        }

        public long Sent => Volatile.Read(ref _sent);

        public long Received => Volatile.Read(ref _received);

        public long Wrong => Volatile.Read(ref _wrong);

        public bool IsComplete => Received + Wrong >= Sent;

        public void Close() => _from.Close(CloseCode.Normal);

        public void Stop() => _stopped = true;

        public async Task SendAsync()
        {
            while (!_stopped)
            {
                // About 1,500 messages a second, a large one now and then.
                for (var i = 0; i < 16; i++)
                {
                    var message = new byte[_random.Next(100) == 0 ? _random.Next(16, 100_000) : _random.Next(16, 200)];
                    BinaryPrimitives.WriteInt64LittleEndian(message, _sent + 1);
                    BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), message.Length);
                    await _from.SendAsync(message, CancellationToken.None);
                    Volatile.Write(ref _sent, _sent + 1);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
            }
        }

        public override string ToString() =>
            $"sent {Sent}, received {Received}, wrong {Wrong}, {_from.ReadyState} with {_from.BufferedAmount} bytes queued, "
            + $"{_to.ReadyState}";

        private void Check(ReadOnlySpan<byte> message)
        {
            var number = BinaryPrimitives.ReadInt64LittleEndian(message);
            if (number == _received + 1 && BinaryPrimitives.ReadInt32LittleEndian(message[8..]) == message.Length)
            {
                Volatile.Write(ref _received, number);
            }
            else
            {
                _wrong++;
            }
        }
    }
}
