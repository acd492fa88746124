using System.Buffers;
using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore.Sockets;

internal enum ReceiveResult
{
    /// <summary>The client's Close.</summary>
    Closed,

    /// <summary>The connection ended without one.</summary>
    Dropped,

    /// <summary>See <see cref="SocketReceiver.Violation"/>.</summary>
    Violation,

    /// <summary>Told to stop.</summary>
    Stopped,

    /// <summary>The edge has closed, and the client goes on sending all the same.</summary>
    Endless,
}

/// <summary>The receive loop: the only reader of the stream. It holds no buffer while nothing arrives.</summary>
internal sealed class SocketReceiver(Stream stream, ISocketEnd end, SocketSender sender, SocketSettings settings, TimeProvider clock)
{
    /// <summary>What a client may still send when the edge has closed: what its own queues and the network may hold, and more.</summary>
    private const long MostBytesAfterClose = 64L * 1024 * 1024;

    private const int ReadSize = 16 * 1024;

    private readonly FrameDecoder _decoder = new(settings.Role, settings.Checks, settings.MaxMessageSize);
    private long _lastReceived = clock.GetTimestamp();
    private long _pausedAt;
    private long _boundedAt;
    private long _bytesSince;

    public FrameViolation? Violation { get; private set; }

    /// <summary>The client ended its direction (FIN), as opposed to a connection that was reset.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>When the client's Close arrived, as a timestamp of the clock; 0 before.</summary>
    public long ClosedAt { get; private set; }

    /// <summary>Reading waits for room at the peer.</summary>
    public bool IsPaused => Volatile.Read(ref _pausedAt) != 0;

    public TimeSpan PausedFor => Volatile.Read(ref _pausedAt) is var since and not 0 ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    public TimeSpan SilentFor => clock.GetElapsedTime(Volatile.Read(ref _lastReceived));

    /// <summary>
    /// Whether the exception is the connection's: it was reset, aborted or closed under the read or write. A fault of the end is not.
    /// </summary>
    public static bool IsLost(Exception e) =>
        e is IOException or OperationCanceledException or (InvalidOperationException and not WebSocketPairException);

    /// <summary>The edge closes by itself: from now on the client has a limit for what it still sends.</summary>
    public void Bound() => Interlocked.CompareExchange(ref _boundedAt, clock.GetTimestamp(), 0);

    public async Task<ReceiveResult> RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (!end.HasRoom)
                {
                    await WaitForRoomAsync(stop);
                    continue;
                }

                await WaitForDataAsync(stop);
                if (await ReadAvailableAsync(stop) is { } result)
                {
                    return result;
                }
            }
        }
        catch (Exception e) when (IsLost(e))
        {
            return stop.IsCancellationRequested ? ReceiveResult.Stopped : ReceiveResult.Dropped;
        }
    }

    /// <summary>
    /// After the client's Close: what it still sends is discarded. True at its FIN, which says nothing more (it may wait for an answer);
    /// false when the connection was reset or <paramref name="stop"/> fired.
    /// </summary>
    public async Task<bool> WatchAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await WaitForDataAsync(stop);
                if (await DiscardAsync(stop) == 0)
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (IsLost(e))
        {
            return false;
        }
    }

    /// <summary>
    /// Discards what is under way until the client is quiet. Ending a connection with unread bytes would reset it, and the client
    /// could lose the Close that tells it what was wrong.
    /// </summary>
    public async Task DrainAsync(TimeSpan quiet, TimeSpan most)
    {
        // This waits for the network, so also under a test's clock it is the system's time that counts.
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            while (TimeProvider.System.GetElapsedTime(began) < most)
            {
                using var patience = new CancellationTokenSource(quiet, TimeProvider.System);
                if (await DiscardAsync(patience.Token) == 0)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (IsLost(e))
        {
            // Quiet, or gone: either way done.
        }
    }

    /// <summary>A read into nothing: it ends when data or the end of the stream is there, and an idle socket costs no buffer.</summary>
    private async ValueTask WaitForDataAsync(CancellationToken stop) => _ = await stream.ReadAsync(Memory<byte>.Empty, stop);

    private async Task WaitForRoomAsync(CancellationToken stop)
    {
        Volatile.Write(ref _pausedAt, clock.GetTimestamp());
        await end.WaitForRoom().WaitAsync(stop);

        // The client could not be heard meanwhile: its time to answer a Ping begins anew.
        Volatile.Write(ref _lastReceived, clock.GetTimestamp());
        Volatile.Write(ref _pausedAt, 0);
    }

    private async Task<ReceiveResult?> ReadAvailableAsync(CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            int count;
            do
            {
                count = await stream.ReadAsync(buffer.AsMemory(0, ReadSize), stop);
                if (count == 0)
                {
                    HasEnded = true;
                    return ReceiveResult.Dropped;
                }

                Volatile.Write(ref _lastReceived, clock.GetTimestamp());
                using (end.Gate.Enter())
                {
                    var result = Decode(buffer.AsSpan(0, count));
                    end.Flush();
                    if (result is not null)
                    {
                        return result;
                    }
                }

                if (IsEndless(count))
                {
                    return ReceiveResult.Endless;
                }
            }
            while (count == ReadSize && end.HasRoom);

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsEndless(int count) => Volatile.Read(ref _boundedAt) is var since and not 0
        && ((_bytesSince += count) > MostBytesAfterClose
            || (settings.TrailingTimeout > TimeSpan.Zero && clock.GetElapsedTime(since) > settings.TrailingTimeout));

    private ReceiveResult? Decode(Span<byte> input)
    {
        while (_decoder.TryRead(ref input, out var frame))
        {
            switch (frame.Kind)
            {
                case FrameKind.MessagePart:
                    end.Send(frame.IsText, frame.IsFirst, frame.IsFinal, frame.Payload);
                    break;
                case FrameKind.Ping:
                    if (!end.Ping(frame.Payload))
                    {
                        sender.Pong(frame.Payload);
                    }

                    break;
                case FrameKind.Pong:
                    break;
                case FrameKind.Close:
                    ClosedAt = clock.GetTimestamp();
                    end.Close(frame.CloseCode, frame.CloseReason);
                    return ReceiveResult.Closed;
                default:
                    Violation = frame.Violation;
                    return ReceiveResult.Violation;
            }
        }

        return null;
    }

    private async Task<int> DiscardAsync(CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            return await stream.ReadAsync(buffer, stop);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
