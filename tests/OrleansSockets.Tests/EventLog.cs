namespace OrleansSockets.Tests;

/// <summary>What an end's listeners were told, one line an event.</summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventLog(WebSocketEnd end)
    {
        end.AddEventListener("message", e => Add($"message {e.Data}"));
        end.AddEventListener("close", e => Add($"close {e.Code} '{e.Reason}' {(e.WasClean ? "clean" : "unclean")} in {end.ReadyState}"));
        end.AddEventListener("error", e => Add($"error {e.Kind} {e.Error?.Message} in {end.ReadyState}"));
    }

    public string[] Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Ends when so many lines are there.</summary>
    public async Task<string[]> WaitForAsync(int count)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiters.Add((count, reached));
            Release();
        }

        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        return Lines;
    }

    /// <summary>Ends when the end was told that it is closed, or has failed.</summary>
    public async Task<string[]> WaitForCloseAsync()
    {
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        return Lines;
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            Release();
        }

        if (!line.StartsWith("message", StringComparison.Ordinal))
        {
            _ended.TrySetResult();
        }
    }

    private void Release()
    {
        foreach (var (count, reached) in _waiters)
        {
            if (_lines.Count >= count)
            {
                reached.TrySetResult();
            }
        }
    }
}
