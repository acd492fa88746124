using OrleansSockets.Streams;

namespace OrleansSockets.Pairs;

/// <summary>
/// Looks once a second at the messages of this silo whose last chunk has not arrived: one that waits too long for its sender is closed, and
/// while the budget is met the largest are, so that the others can be finished.
/// </summary>
internal sealed class UnfinishedMessages : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PairHub _hub;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _lookedAt;
    private bool _wasMet;

    public UnfinishedMessages(PairHub hub, TimeProvider pace)
    {
        _hub = hub;
        _lookedAt = hub.Clock.GetTimestamp();
        _timer = hub.Timers.Create(pace, "the look at unfinished messages", Look, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    public void Look()
    {
        lock (_gate)
        {
            var now = _hub.Clock.GetTimestamp();
            var passed = _hub.Clock.GetElapsedTime(_lookedAt, now);
            _lookedAt = now;
            List<Seen> unfinished = [];
            foreach (var pair in _hub.Pairs)
            {
                lock (pair.Gate)
                {
                    LookAt(pair[0], now, passed, unfinished);
                    LookAt(pair[1], now, passed, unfinished);
                }
            }

            // A budget that is met for a moment closes nothing.
            var isMet = _hub.Budget.IsMet;
            if (isMet && _wasMet)
            {
                CloseLargest(unfinished);
            }

            _wasMet = isMet;
            Resume(unfinished);
            _hub.Budget.SignalRoom();
        }
    }

    private void LookAt(End? end, long now, TimeSpan passed, List<Seen> unfinished)
    {
        if (end?.In.Unfinished is not { } message)
        {
            return;
        }

        if (message.SeenAt == 0)
        {
            message.SeenAt = now;
        }
        else if (end.In.AwaitsSender)
        {
            message.Waited += passed;
        }

        var limit = _hub.Options.UnfinishedMessageTimeout;
        if (limit > TimeSpan.Zero && message.Waited >= limit)
        {
            end.Pair.CloseUnfinished(
                end,
                $"a message was not finished within "
                    + $"{nameof(OrleansSocketsOptions)}.{nameof(OrleansSocketsOptions.UnfinishedMessageTimeout)} ({limit})", "timeout");
        }
        else if (message.Counted is null && message.Held >= BufferAccount.Step)
        {
            unfinished.Add(new Seen(end, message, message.Held / BufferAccount.Step, message.SeenAt));
        }
    }

    // Some more than needed, so that what the others get is not taken back at the next look.
    private void CloseLargest(List<Seen> unfinished)
    {
        var enough = _hub.Options.MaxBufferedBytes / 8 * 7;
        foreach (var seen in unfinished.OrderByDescending(seen => seen.Steps).ThenBy(seen => seen.SeenAt))
        {
            if (_hub.Budget.HeldBytes <= enough)
            {
                return;
            }

            lock (seen.End.Pair.Gate)
            {
                if (seen.End.In.Unfinished == seen.Message)
                {
                    seen.End.Pair.CloseUnfinished(seen.End, _hub.Budget.Explanation, "closed");
                }
            }
        }
    }

    // First come, first served: each that goes on may bring a window at once.
    private void Resume(List<Seen> unfinished)
    {
        var room = _hub.Options.MaxBufferedBytes - _hub.Budget.HeldBytes;
        foreach (var seen in unfinished.OrderBy(seen => seen.SeenAt))
        {
            lock (seen.End.Pair.Gate)
            {
                if (seen.End.In.Unfinished == seen.Message && seen.Message.IsWithheld)
                {
                    if (room <= 0)
                    {
                        return;
                    }

                    room -= seen.End.In.Window;
                    seen.End.Pair.ResumeUnfinished(seen.End);
                }
            }
        }
    }

    private sealed record Seen(End End, UnfinishedMessage Message, int Steps, long SeenAt);
}
