using OrleansSockets.Diagnostics;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>
/// The way from this silo to one other: direct while that one answers, through a third silo while it does not. It is down when no call was
/// answered for the link timeout, and up with the next answer. Asks by itself when nobody else has a question.
/// </summary>
/// <param name="to">The other silo.</param>
/// <param name="probe">Calls and events.</param>
/// <param name="timeout">The link timeout.</param>
/// <param name="lossLimit">So long it may be reached in no way before it counts as lost. Zero: for ever.</param>
/// <param name="clock">The pace.</param>
internal sealed class SiloPath(SiloAddress to, IPathProbe probe, TimeSpan timeout, TimeSpan lossLimit, TimeProvider clock)
{
    /// <summary>So many are asked at the same time for a detour.</summary>
    private const int AskedTogether = 3;

    private readonly Lock _gate = new();
    private long _answered = clock.GetTimestamp();
    private long _detourAnswered = clock.GetTimestamp();
    private long _reset;
    private long _wentDown;
    private DateTimeOffset? _downSince;
    private SiloAddress? _through;
    private SiloAddress? _lastThrough;
    private bool _lost;
    private bool _pinging;
    private bool _searching;
    private TaskCompletionSource _changed = NewSignal();

    public SiloAddress To => to;

    /// <summary>Since when no call was answered; null: it is up.</summary>
    public DateTimeOffset? DownSince
    {
        get
        {
            lock (_gate)
            {
                return _downSince;
            }
        }
    }

    /// <summary>The silo that the detour goes through; null: none is needed or known.</summary>
    public SiloAddress? Through
    {
        get
        {
            lock (_gate)
            {
                return _through;
            }
        }
    }

    public LinkOutage? Outage
    {
        get
        {
            lock (_gate)
            {
                return _downSince is { } since ? new LinkOutage(to, since, _through) : null;
            }
        }
    }

    private TimeSpan HalfTimeout => timeout / 2;

    /// <summary>Hands over a batch by the way that works now. It may arrive although this fails: repeat it.</summary>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="OperationCanceledException">There is another way by now.</exception>
    public async Task DeliverAsync(LinkBatch batch)
    {
        SiloAddress? through;
        Task changed;
        lock (_gate)
        {
            (through, changed) = (_through, _changed.Task);
        }

        if (through is not null)
        {
            await ForwardAsync(through, batch, changed).ConfigureAwait(false);
            return;
        }

        try
        {
            await probe.ReceiveAsync(to, batch).WithinAsync(timeout, changed, clock).ConfigureAwait(false);
        }
        catch (Exception) when (!changed.IsCompleted)
        {
            Failed();
            throw;
        }

        Answered();
    }

    /// <summary>Looks after the path; called several times within a link timeout. Returns when what it began has ended.</summary>
    public Task TickAsync()
    {
        bool ping, search, check;
        var lost = false;
        lock (_gate)
        {
            var isDown = _downSince is not null;
            if (_through is not null && !probe.Candidates(to).Contains(_through))
            {
                _through = null;
            }

            ping = !_pinging && (isDown || clock.GetElapsedTime(_answered) >= HalfTimeout);
            search = isDown && !_searching && _through is null;
            check = isDown && !_searching && _through is not null && clock.GetElapsedTime(_detourAnswered) >= HalfTimeout;
            _pinging |= ping;
            _searching |= search || check;
            var reached = Math.Max(_answered, _detourAnswered);
            if (isDown && !_lost && _through is null && lossLimit > TimeSpan.Zero && clock.GetElapsedTime(reached) >= lossLimit)
            {
                _lost = lost = true;
            }
        }

        if (lost)
        {
            probe.WasLost(this);
        }

        return Task.WhenAll(
            ping ? PingAsync() : Task.CompletedTask, search ? SearchAsync() : check ? CheckDetourAsync() : Task.CompletedTask);
    }

    private async Task ForwardAsync(SiloAddress through, LinkBatch batch, Task changed)
    {
        var reached = false;
        try
        {
            reached = await probe.ForwardAsync(through, to, batch).WithinAsync(timeout, changed, clock).ConfigureAwait(false);
        }
        finally
        {
            if (reached)
            {
                DetourAnswered();
            }
            else if (!changed.IsCompleted)
            {
                DetourFailed(through);
            }
        }

        if (!reached)
        {
            throw new TimeoutException($"Silo {through} does not reach {to}.");
        }
    }

    private async Task PingAsync()
    {
        var answered = false;
        try
        {
            await probe.PingAsync(to).WithinAsync(HalfTimeout, clock).ConfigureAwait(false);
            answered = true;
        }
        catch (Exception e)
        {
            // What the silo itself has thrown is an answer, too.
            answered = !CallFaults.MeansUnreached(e);
        }
        finally
        {
            lock (_gate)
            {
                _pinging = false;
            }
        }

        if (answered)
        {
            Answered();
        }
        else
        {
            Failed();
        }
    }

    private async Task SearchAsync()
    {
        try
        {
            foreach (var group in probe.Candidates(to).Chunk(AskedTogether))
            {
                await foreach (var asked in Task.WhenEach(group.Select(AskAsync)).ConfigureAwait(false))
                {
                    if (await asked.ConfigureAwait(false) is { } through)
                    {
                        Found(through);
                        return;
                    }
                }
            }
        }
        finally
        {
            EndSearch();
        }

        async Task<SiloAddress?> AskAsync(SiloAddress candidate) => await ReachesAsync(candidate).ConfigureAwait(false) ? candidate : null;
    }

    private async Task CheckDetourAsync()
    {
        try
        {
            if (Through is not { } through)
            {
                return;
            }

            if (await ReachesAsync(through).ConfigureAwait(false))
            {
                DetourAnswered();
            }
            else
            {
                DetourFailed(through);
            }
        }
        finally
        {
            EndSearch();
        }
    }

    private void EndSearch()
    {
        lock (_gate)
        {
            _searching = false;
        }
    }

    private async Task<bool> ReachesAsync(SiloAddress candidate)
    {
        try
        {
            return await probe.ReachesAsync(candidate, to).WithinAsync(timeout, clock).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Answered()
    {
        TimeSpan outage;
        lock (_gate)
        {
            _answered = clock.GetTimestamp();
            if (_downSince is null)
            {
                return;
            }

            outage = clock.GetElapsedTime(_wentDown);
            _downSince = null;
            _through = _lastThrough = null;
            _lost = false;
            SignalChange();
        }

        probe.CameUp(this, outage);
    }

    // One call that fails means little: others may have been answered meanwhile.
    private void Failed()
    {
        var (down, reset, search) = (false, false, false);
        lock (_gate)
        {
            if (_downSince is null && probe.HasStoodStill)
            {
                _answered = clock.GetTimestamp();
            }

            var silence = clock.GetElapsedTime(_answered);
            if (_downSince is null && silence >= timeout)
            {
                down = reset = true;
                _downSince = clock.GetUtcNow() - silence;
                _wentDown = _answered;
                _detourAnswered = _answered;
                search = !_searching;
                _searching = true;
            }
            else if (_downSince is not null)
            {
                reset = clock.GetElapsedTime(_reset) >= timeout;
            }

            if (reset)
            {
                _reset = clock.GetTimestamp();
            }
        }

        if (reset)
        {
            probe.Reset(to);
        }

        if (down)
        {
            probe.WentDown(this);
        }

        if (search)
        {
            _ = SearchAsync();
        }
    }

    private void Found(SiloAddress through)
    {
        bool again;
        lock (_gate)
        {
            if (_downSince is null)
            {
                return;
            }

            again = through.Equals(_lastThrough);
            _through = _lastThrough = through;
            _lost = false;
            _detourAnswered = clock.GetTimestamp();
            SignalChange();
        }

        probe.FoundDetour(this, through, again);
    }

    private void DetourAnswered()
    {
        lock (_gate)
        {
            _detourAnswered = clock.GetTimestamp();
        }
    }

    private void DetourFailed(SiloAddress through)
    {
        lock (_gate)
        {
            if (through.Equals(_through))
            {
                _through = null;
            }
        }
    }

    // What waits for an answer by the old way goes by the new one at once.
    private void SignalChange()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
