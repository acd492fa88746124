using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>
/// The ordered stream of frames from this silo to one other, shared by all pairs between them. Frames that are ready together travel in one
/// batch; a batch is repeated until the other silo took it or is dead, so a frame is never lost between living silos.
/// </summary>
internal sealed partial class SiloLink(
    SiloAddress to,
    SiloAddress from,
    ILinkTransport transport,
    WireRange spoken,
    TimeSpan patience,
    Action<string> refused,
    Func<SiloAddress, bool> isDead,
    TimeProvider clock,
    PairMetrics metrics,
    ILogger logger)
    : IThreadPoolWorkItem
{
    /// <summary>Two batches under way keep the link busy while an acknowledgement travels.</summary>
    private const int MaxBatchesUnderWay = 2;

    /// <summary>Below the large object heap's threshold at the receiver.</summary>
    private const int BatchSize = 72 * 1024;

    /// <summary>A pace, not a limit: a call that fails at once is not made again without a pause.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly OrderedLock _gate = new(LockRank.Link);
    private readonly Queue<LinkBatchWriter> _full = new();
    private List<LinkFrame>? _early = [];
    private LinkBatchWriter _open = new(WireRange.Unframed, 1);
    private LinkBatchWriter? _spare;
    private long _lastNumber;
    private int _version;
    private int _underWay;
    private bool _opening;
    private bool _scheduled;
    private bool _dead;

    /// <summary>No frame waits and no batch is under way.</summary>
    public bool IsIdle
    {
        get
        {
            using (_gate.Enter())
            {
                return _underWay == 0 && _full.Count == 0 && _open.Length == 0 && _early is null or { Count: 0 };
            }
        }
    }

    public void Send(in LinkFrame frame)
    {
        var one = new OneFrame(frame);
        Send(ref one);
    }

    /// <summary>Never blocks and never calls out: it runs under the lock of a pair.</summary>
    public void Send<TFrames>(ref TFrames frames)
        where TFrames : struct, ILinkFrames
    {
        using (_gate.Enter())
        {
            while (frames.TryNext(out var frame))
            {
                if (_early is not null)
                {
                    _early.Add(frame);
                }
                else if (!_dead)
                {
                    Write(frame);
                }
            }

            if (_early is { Count: > 0 } && !_opening)
            {
                _opening = true;
                _ = Task.Run(OpenAsync);
            }

            if (_scheduled || _underWay >= MaxBatchesUnderWay || _open.Length + _full.Count == 0)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The other silo is dead: what was for it is dropped.</summary>
    public void Stop()
    {
        using (_gate.Enter())
        {
            _dead = true;
            _full.Clear();
            _early = null;
            _open.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            LinkBatchWriter buffer;
            long number;
            using (_gate.Enter())
            {
                if (_underWay >= MaxBatchesUnderWay || !TryTakeBuffer(out buffer))
                {
                    _scheduled = false;
                    return;
                }

                number = ++_lastNumber;
                _underWay++;
            }

            _ = DeliverAsync(buffer, number);
        }
    }

    // What comes before the version is known waits as it is: how it is written depends on it.
    private async Task OpenAsync()
    {
        var began = clock.GetTimestamp();
        while (!_dead)
        {
            try
            {
                var theirs = await AskAsync().ConfigureAwait(false);
                if (spoken.Agree(theirs) is { } version)
                {
                    Open(version);
                }
                else
                {
                    Refuse(
                        $"speaks the wire versions {theirs.Lowest} to {theirs.Highest}, and this one {spoken.Lowest} to {spoken.Highest}");
                }

                return;
            }
            catch (Exception e) when (!isDead(to))
            {
                LogNoHello(logger, e, to);
                if (patience > TimeSpan.Zero && clock.GetElapsedTime(began) >= patience)
                {
                    Refuse($"has not said within ReattachTimeout ({patience}) which wire versions it speaks");
                    return;
                }

                await Task.Delay(RetryDelay, clock).ConfigureAwait(false);
            }
            catch (Exception)
            {
                Stop();
            }
        }
    }

    private async Task<WireRange> AskAsync()
    {
        try
        {
            return await transport.HelloAsync(spoken).ConfigureAwait(false);
        }
        catch (TypeLoadException)
        {
            return WireRange.OfOld;
        }
    }

    private void Open(int version)
    {
        using (_gate.Enter())
        {
            if (_early is null)
            {
                return;
            }

            _version = version;
            _open = TakeSpare();
            foreach (var frame in _early)
            {
                Write(frame);
            }

            _early = null;
            _scheduled = true;
        }

        ((IThreadPoolWorkItem)this).Execute();
    }

    // Asked again with the next frame: what was restarted there in the meantime has another address, but whoever comes must be told.
    private void Refuse(string why)
    {
        using (_gate.Enter())
        {
            _early?.Clear();
            _opening = false;
        }

        refused($"its node {to.Endpoint} {why}");
    }

    private void Write(in LinkFrame frame)
    {
        _open.Write(frame);
        if (_open.Length >= BatchSize)
        {
            _full.Enqueue(_open);
            _open = TakeSpare();
        }
    }

    private async Task DeliverAsync(LinkBatchWriter buffer, long number)
    {
        metrics.BatchSent(buffer.Length);
        var batch = new LinkBatch(from, number, buffer.Written, buffer.Version);
        var repeated = false;
        while (!_dead)
        {
            try
            {
                await transport.DeliverAsync(batch).ConfigureAwait(false);
                break;
            }
            catch (Exception e) when (!isDead(to))
            {
                repeated = true;
                LogBatchRepeated(logger, e, number, to);
                await Task.Delay(RetryDelay, clock).ConfigureAwait(false);
            }
            catch (Exception)
            {
                Stop();
            }
        }

        using (_gate.Enter())
        {
            _underWay--;
            if (!repeated)
            {
                Recycle(buffer);
            }

            if (_scheduled || (_full.Count == 0 && _open.Length == 0))
            {
                return;
            }

            _scheduled = true;
        }

        ((IThreadPoolWorkItem)this).Execute();
    }

    private struct OneFrame(in LinkFrame frame) : ILinkFrames
    {
        private readonly LinkFrame _frame = frame;
        private bool _taken;

        public bool TryNext(out LinkFrame frame)
        {
            frame = _frame;
            (var taken, _taken) = (_taken, true);
            return !taken;
        }
    }

    private bool TryTakeBuffer(out LinkBatchWriter buffer)
    {
        if (_full.TryDequeue(out buffer!))
        {
            return true;
        }

        buffer = _open;
        if (buffer.Length == 0)
        {
            return false;
        }

        _open = TakeSpare();
        return true;
    }

    private LinkBatchWriter TakeSpare()
    {
        var spare = _spare ?? new LinkBatchWriter(_version, 1024);
        _spare = null;
        return spare;
    }

    // The only call has ended well, so the serializer is done with the buffer. After a failure it may still sit in an outgoing queue: leave
    // it to the GC.
    private void Recycle(LinkBatchWriter buffer)
    {
        if (!_dead && buffer.Capacity <= 2 * BatchSize)
        {
            buffer.Clear();
            _spare = buffer;
        }
    }

    [LoggerMessage(208, LogLevel.Debug, "Silo {Silo} has not said which wire versions it speaks, and is asked again")]
    private static partial void LogNoHello(ILogger logger, Exception exception, SiloAddress silo);

    [LoggerMessage(201, LogLevel.Debug, "Batch {Number} to silo {Silo} did not arrive and is sent again")]
    private static partial void LogBatchRepeated(ILogger logger, Exception exception, long number, SiloAddress silo);
}
