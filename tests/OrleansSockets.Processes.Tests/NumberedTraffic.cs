using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.WebSockets;

namespace OrleansSockets.Processes.Tests;

/// <summary>
/// Two clients that send each other numbered messages at a steady rate, and a check of what arrived: each number once, in order.
/// </summary>
/// <param name="first">One client.</param>
/// <param name="second">The other one.</param>
/// <param name="messagesPerSecond">Of each client.</param>
/// <param name="perTick">So many leave together, at even times.</param>
/// <param name="latencies">Takes how long each message was under way.</param>
internal sealed class NumberedTraffic(
    ClientWebSocket first, ClientWebSocket second, int messagesPerSecond, int perTick = 20, Latencies? latencies = null)
{
    private readonly Direction _there = new(perTick, latencies);
    private readonly Direction _back = new(perTick, latencies);

    public TimeSpan LongestGap => _there.LongestGap > _back.LongestGap ? _there.LongestGap : _back.LongestGap;

    public long Sent => _there.Sent + _back.Sent;

    /// <summary>Runs while <paramref name="meanwhile"/> does, then lets what is under way arrive.</summary>
    public async Task RunAsync(Func<Task> meanwhile, CancellationToken cancellation)
    {
        using var stop = new CancellationTokenSource();
        var receiving = Task.WhenAll(_there.ReceiveAsync(second, cancellation), _back.ReceiveAsync(first, cancellation));
        var sending = Task.WhenAll(
            _there.SendAsync(first, messagesPerSecond, stop.Token, cancellation),
            _back.SendAsync(second, messagesPerSecond, stop.Token, cancellation));
        await meanwhile();
        await stop.CancelAsync();
        await sending;
        await receiving.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
    }

    /// <summary>One direction.</summary>
    private sealed class Direction(int perTick, Latencies? latencies)
    {
        // The last message: everything before it was sent.
        private const long End = -1;

        private const int MessageSize = 256;

        private long _next = 1;

        public long Sent { get; private set; }

        public TimeSpan LongestGap { get; private set; }

        public async Task SendAsync(ClientWebSocket socket, int perSecond, CancellationToken stop, CancellationToken cancellation)
        {
            using var ticks = new PeriodicTimer(TimeSpan.FromSeconds((double)perTick / perSecond), TimeProvider.System);
            while (!stop.IsCancellationRequested)
            {
                await ticks.WaitForNextTickAsync(cancellation);
                for (var i = 0; i < perTick; i++)
                {
                    await SendAsync(socket, ++Sent, cancellation);
                }
            }

            await SendAsync(socket, End, cancellation);
        }

        public async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
        {
            var buffer = new byte[MessageSize];
            var last = Stopwatch.GetTimestamp();
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, cancellation);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    throw new InvalidOperationException($"Closed with {result.CloseStatus} after {_next - 1} messages.");
                }

                var gap = Stopwatch.GetElapsedTime(last);
                last = Stopwatch.GetTimestamp();
                LongestGap = gap > LongestGap ? gap : LongestGap;
                var number = BinaryPrimitives.ReadInt64LittleEndian(buffer);
                if (number == End)
                {
                    Assert.Equal(Sent, _next - 1);
                    return;
                }

                // A lost, repeated or swapped message shows here.
                Assert.Equal(_next++, number);
                latencies?.Add(BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(sizeof(long))), last);
            }
        }

        private static async Task SendAsync(ClientWebSocket socket, long number, CancellationToken cancellation)
        {
            var message = new byte[MessageSize];
            BinaryPrimitives.WriteInt64LittleEndian(message, number);
            BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(sizeof(long)), Stopwatch.GetTimestamp());
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellation);
        }
    }
}
