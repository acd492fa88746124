namespace OrleansSockets.Conformance.JavaScript;

/// <summary>
/// The timers of a script: they end in the order in which they are due, those that are due at the same time in the order of setting. The
/// clock's own timers promise no order.
/// </summary>
internal sealed class ScriptTimers(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, (long Due, int Number)> _waiting = new();
    private int _set;

    public Task DelayAsync(TimeSpan length)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            // In milliseconds, as scripts count.
            var due = (long)(time.GetElapsedTime(0) + length).TotalMilliseconds;
            _waiting.Enqueue(ended, (due, ++_set));
            _ = EndAsync(length, due);
        }

        return ended.Task;
    }

    private async Task EndAsync(TimeSpan length, long due)
    {
        await Task.Delay(length, time).ConfigureAwait(false);
        lock (_gate)
        {
            while (_waiting.TryPeek(out var next, out var when) && when.Due <= due)
            {
                _waiting.Dequeue();
                next.SetResult();
            }
        }
    }
}
