using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrleansSockets.Frames;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Sockets;

internal enum SendResult
{
    /// <summary>A Close was written: the last frame.</summary>
    Closed,

    /// <summary>The peer is gone without a Close.</summary>
    PeerGone,

    /// <summary>The connection did not take it.</summary>
    Failed,

    /// <summary>Told to stop.</summary>
    Stopped,
}

/// <summary>
/// The send loop: what the end has for the client, and control frames, gathered into as few writes as possible. The only writer of the
/// stream.
/// </summary>
internal sealed class SocketSender(Stream stream, ISocketEnd end, SocketSettings settings, TimeProvider clock)
{
    /// <summary>About so many bytes make a write.</summary>
    private const int WriteSize = 64 * 1024;

    /// <summary>Larger messages are not copied together with others.</summary>
    private const int LargePayload = 16 * 1024;

    /// <summary>So many answers to Pings may wait for a client that does not read.</summary>
    private const int MostPongs = 64;

    private readonly AsyncSignal _signal = new();
    private readonly GatherBuffer _gather = new();
    private readonly List<ReceivedItem> _taken = [];
    private readonly Lock _control = new();
    private readonly List<byte[]> _pongs = [];
    private bool _ping;

    // Behind a frame that is about to be written, the last of several answers counts, as on Cloudflare's runtime.
    private ReadOnlyMemory<byte>? _lastPong;
    private (int Code, string Text)? _close;
    private volatile FrameViolation? _violation;
    private volatile bool _stopped;
    private long _writeBegan;

    /// <summary>When the Close was written, as a timestamp of the clock; 0 before.</summary>
    public long ClosedAt { get; private set; }

    /// <summary>A write waits for the client.</summary>
    public bool IsWriting => Volatile.Read(ref _writeBegan) != 0;

    public TimeSpan StalledFor => Volatile.Read(ref _writeBegan) is var began and not 0 ? clock.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>Something waits. Does not block.</summary>
    public void Signal() => _signal.Signal();

    /// <summary>
    /// Answers a Ping. A client that sends them faster than it reads gets no answer to some in the middle: RFC 6455 section 5.5.3 asks for
    /// the last one only, and Cloudflare's runtime answers the first and the last of those that wait.
    /// </summary>
    public void Pong(ReadOnlySpan<byte> payload)
    {
        lock (_control)
        {
            if (_pongs.Count == (settings.Checks == ProtocolChecks.Workers ? 2 : MostPongs))
            {
                _pongs.RemoveAt(_pongs.Count - 1);
            }

            _pongs.Add(payload.ToArray());
        }

        Signal();
    }

    public void Ping()
    {
        lock (_control)
        {
            _ping = true;
        }

        Signal();
    }

    /// <summary>
    /// The edge's own Close: after a violation, or because it shuts down. It goes before what still waits, which is dropped.
    /// </summary>
    public void CloseWith(int code, string text)
    {
        lock (_control)
        {
            _close ??= (code, text);
        }

        Signal();
    }

    /// <summary>
    /// The client broke the protocol: when the peer, which hears of it behind the client's good messages, has said its last, this Close
    /// follows.
    /// </summary>
    public void CloseBehindPeer(FrameViolation violation) => _violation = violation;

    public void Stop()
    {
        _stopped = true;
        Signal();
    }

    public async Task<SendResult> RunAsync()
    {
        try
        {
            while (!_stopped)
            {
                var last = Gather(out var large);
                if (_gather.Count > 0)
                {
                    await WriteAsync(_gather.Written);
                    _gather.Clear();
                }

                if (large.Payload.Length > 0)
                {
                    await WriteLargeAsync(large);
                }

                GiveBackCredit();

                if (last is { } result)
                {
                    ClosedAt = result == SendResult.Closed ? clock.GetTimestamp() : 0;
                    return result;
                }

                if (_taken.Count == 0)
                {
                    await _signal.WaitAsync();
                }
            }

            return SendResult.Stopped;
        }
        catch (Exception e) when (SocketReceiver.IsLost(e))
        {
            return SendResult.Failed;
        }
        finally
        {
            _gather.Clear();
        }
    }

    private SendResult? Gather(out ReceivedItem large)
    {
        large = default;
        _taken.Clear();
        using (end.Gate.Enter())
        {
            // Under this lock, too: what the client sent in one go is answered in one go.
            if (GatherControl())
            {
                return SendResult.Closed;
            }

            while (_gather.Count < WriteSize && end.TryTake(out var item))
            {
                _taken.Add(item);
                if (item.Kind == PairFrameKind.Pong && _gather.Count > 0)
                {
                    _lastPong = item.Payload;
                    continue;
                }

                GatherLastPong();
                switch (item.Kind)
                {
                    case PairFrameKind.Pong:
                        FrameEncoder.Write(_gather, Opcode.Pong, item.Payload.Span, MaskKey());
                        break;
                    case PairFrameKind.Ping:
                        // Of the client at the other end. It is answered when what came before it is written.
                        break;
                    case PairFrameKind.Close:
                        int? code = item.Code == PairFrame.NoCode ? null : item.Code;
                        FrameEncoder.WriteClose(_gather, code, Encoding.UTF8.GetString(item.Payload.Span), MaskKey());
                        return SendResult.Closed;
                    case PairFrameKind.Abort when _violation is { } violation:
                        FrameEncoder.WriteClose(_gather, violation.Code, violation.Text, MaskKey());
                        return SendResult.Closed;
                    case PairFrameKind.Abort:
                        return SendResult.PeerGone;
                    case var _ when item.Payload.Length > LargePayload:
                        large = item;
                        return null;
                    default:
                        FrameEncoder.Write(_gather, OpcodeOf(item), item.Payload.Span, MaskKey());
                        break;
                }
            }

            GatherLastPong();
            return null;
        }
    }

    private void GatherLastPong()
    {
        if (_lastPong is { } payload)
        {
            FrameEncoder.Write(_gather, Opcode.Pong, payload.Span, MaskKey());
            _lastPong = null;
        }
    }

    private void GiveBackCredit()
    {
        if (_taken.Count == 0)
        {
            return;
        }

        using (end.Gate.Enter())
        {
            foreach (ref readonly var item in CollectionsMarshal.AsSpan(_taken))
            {
                end.Consumed(item);
            }
        }
    }

    /// <summary>True: a Close of the edge was gathered.</summary>
    private bool GatherControl()
    {
        lock (_control)
        {
            foreach (var pong in _pongs)
            {
                FrameEncoder.Write(_gather, Opcode.Pong, pong, MaskKey());
            }

            _pongs.Clear();
            if (_ping)
            {
                FrameEncoder.Write(_gather, Opcode.Ping, default, MaskKey());
                _ping = false;
            }

            if (_close is { } close)
            {
                FrameEncoder.WriteClose(_gather, close.Code, close.Text, MaskKey());
                return true;
            }

            return false;
        }
    }

    private async Task WriteLargeAsync(ReceivedItem item)
    {
        var header = new FrameHeader(OpcodeOf(item), item.Payload.Length, MaskKey());
        _gather.Advance(header.Write(_gather.GetSpan(FrameHeader.MaxLength)));
        for (var offset = 0; offset < item.Payload.Length;)
        {
            var slice = item.Payload.Slice(offset, Math.Min(WriteSize, item.Payload.Length - offset));
            if (header.Masked || offset == 0)
            {
                // The payload may be shared with others: it is masked in a copy.
                var copy = _gather.GetSpan(slice.Length)[..slice.Length];
                slice.Span.CopyTo(copy);
                FrameMask.Apply(copy, header.MaskKey, offset);
                _gather.Advance(slice.Length);
                await WriteAsync(_gather.Written);
                _gather.Clear();
            }
            else
            {
                await WriteAsync(slice);
            }

            offset += slice.Length;
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var writing = stream.WriteAsync(bytes);
        if (!writing.IsCompletedSuccessfully)
        {
            Volatile.Write(ref _writeBegan, clock.GetTimestamp());
            await writing;
            Volatile.Write(ref _writeBegan, 0);
        }
    }

    private uint? MaskKey()
    {
        if (settings.Role == FrameRole.Server)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(key);
        return BinaryPrimitives.ReadUInt32LittleEndian(key);
    }

    private static Opcode OpcodeOf(in ReceivedItem item) => item.Kind == PairFrameKind.Text ? Opcode.Text : Opcode.Binary;
}
