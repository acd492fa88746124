using OrleansSockets.Ends;
using OrleansSockets.Rules;
using OrleansSockets.Streams;

namespace OrleansSockets.Pairs;

/// <summary>
/// Looks once a second at the messages of this silo whose last chunk has not arrived: one that waits too long for its sender is closed, and
/// while the budget is met the largest are, so that the others can be finished.
/// </summary>
internal sealed class UnfinishedMessages(PairHub hub, TimeProvider pace) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly EndHost _host = hub.Host;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _lookedAt = hub.Host.Clock.GetTimestamp();
    private bool _wasMet;

    void ILifecycleParticipant<ISiloLifecycle>.Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(UnfinishedMessages),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _timer = _host.Timers.Create(pace, "the look at unfinished messages", Look, Interval, Interval);
            return Task.CompletedTask;
        },
        _ =>
        {
            Dispose();
            return Task.CompletedTask;
        });

    public void Dispose() => _timer?.Dispose();

    public void Look()
    {
        lock (_gate)
        {
            var now = _host.Clock.GetTimestamp();
            var passed = _host.Clock.GetElapsedTime(_lookedAt, now);
            _lookedAt = now;
            List<Seen> unfinished = [];
            foreach (var pair in hub.Pairs)
            {
                using (pair.Gate.Enter())
                {
                    LookAt(pair[Side.Client], now, passed, unfinished);
                    LookAt(pair[Side.Server], now, passed, unfinished);
                }
            }

            // A budget that is met for a moment closes nothing.
            var isMet = _host.Budget.IsMet;
            if (isMet && _wasMet)
            {
                CloseLargest(unfinished);
            }

            _wasMet = isMet;
            Resume(unfinished);
            _host.Budget.SignalRoom();
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

        var limit = _host.Options.UnfinishedMessageTimeout;
        if (limit > TimeSpan.Zero && message.Waited >= limit)
        {
            end.CloseUnfinished(
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
        var enough = _host.Options.MaxBufferedBytes / 8 * 7;
        foreach (var seen in unfinished.OrderByDescending(seen => seen.Steps).ThenBy(seen => seen.SeenAt))
        {
            if (_host.Budget.HeldBytes <= enough)
            {
                return;
            }

            using (seen.End.Pair.Gate.Enter())
            {
                if (seen.End.In.Unfinished == seen.Message)
                {
                    seen.End.CloseUnfinished(_host.Budget.Explanation, "closed");
                }
            }
        }
    }

    // First come, first served: each that goes on may bring a window at once.
    private void Resume(List<Seen> unfinished)
    {
        var room = _host.Options.MaxBufferedBytes - _host.Budget.HeldBytes;
        foreach (var seen in unfinished.OrderBy(seen => seen.SeenAt))
        {
            using (seen.End.Pair.Gate.Enter())
            {
                if (seen.End.In.Unfinished == seen.Message && seen.Message.IsWithheld)
                {
                    if (room <= 0)
                    {
                        return;
                    }

                    room -= seen.End.In.Window;
                    seen.End.ResumeUnfinished();
                }
            }
        }
    }

    private sealed record Seen(End End, UnfinishedMessage Message, int Steps, long SeenAt);
}
