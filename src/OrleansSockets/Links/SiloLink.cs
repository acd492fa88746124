using System.Buffers;
using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Links;

/// <summary>
/// The ordered stream of frames from this silo to one other, shared by all pairs between them. Frames that are ready together travel in one batch;
/// a batch is repeated until the other silo took it or is dead, so a frame is never lost between living silos.
/// </summary>
internal sealed partial class SiloLink(
    SiloAddress to,
    SiloAddress from,
    Func<LinkBatch, Task> deliver,
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

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<ArrayBufferWriter<byte>> _full = new();
    private ArrayBufferWriter<byte> _open = new(1024);
    private ArrayBufferWriter<byte>? _spare;
    private long _lastNumber;
    private int _underWay;
    private bool _scheduled;
    private bool _dead;

    /// <summary>No frame waits and no batch is under way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _underWay == 0 && _full.Count == 0 && _open.WrittenCount == 0;
            }
        }
    }

    /// <summary>Never blocks and never calls out: it runs under the lock of a pair.</summary>
    public void Send(in LinkFrame frame)
    {
        lock (_gate)
        {
            if (_dead)
            {
                return;
            }

            LinkFrameCodec.Write(_open, frame);
            if (_open.WrittenCount >= BatchSize)
            {
                _full.Enqueue(_open);
                _open = TakeSpare();
            }

            if (_scheduled || _underWay >= MaxBatchesUnderWay)
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
        lock (_gate)
        {
            _dead = true;
            _full.Clear();
            _open = new ArrayBufferWriter<byte>(1);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            ArrayBufferWriter<byte> buffer;
            long number;
            lock (_gate)
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

    private async Task DeliverAsync(ArrayBufferWriter<byte> buffer, long number)
    {
        metrics.BatchSent(buffer.WrittenCount);
        var batch = new LinkBatch(from, number, buffer.WrittenMemory);
        var repeated = false;
        while (!_dead)
        {
            try
            {
                await deliver(batch).ConfigureAwait(false);
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

        lock (_gate)
        {
            _underWay--;
            if (!repeated)
            {
                Recycle(buffer);
            }

            if (_scheduled || (_full.Count == 0 && _open.WrittenCount == 0))
            {
                return;
            }

            _scheduled = true;
        }

        ((IThreadPoolWorkItem)this).Execute();
    }

    private bool TryTakeBuffer(out ArrayBufferWriter<byte> buffer)
    {
        if (_full.TryDequeue(out buffer!))
        {
            return true;
        }

        buffer = _open;
        if (buffer.WrittenCount == 0)
        {
            return false;
        }

        _open = TakeSpare();
        return true;
    }

    private ArrayBufferWriter<byte> TakeSpare()
    {
        var spare = _spare ?? new ArrayBufferWriter<byte>(1024);
        _spare = null;
        return spare;
    }

    // The only call has ended well, so the serializer is done with the buffer. After a failure it may still sit in an outgoing queue: leave it to the GC.
    private void Recycle(ArrayBufferWriter<byte> buffer)
    {
        if (!_dead && buffer.Capacity <= 2 * BatchSize)
        {
            buffer.ResetWrittenCount();
            _spare = buffer;
        }
    }

    [LoggerMessage(201, LogLevel.Debug, "Batch {Number} to silo {Silo} did not arrive and is sent again")]
    private static partial void LogBatchRepeated(ILogger logger, Exception exception, long number, SiloAddress silo);
}
