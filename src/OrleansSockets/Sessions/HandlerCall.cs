namespace OrleansSockets.Sessions;

/// <summary>One call of a session's handler, and what it awaits. When its time is over, it has no say any more.</summary>
internal sealed class HandlerCall
{
    private static readonly AsyncLocal<HandlerCall?> Ambient = new();

    private volatile bool _isOver;

    /// <summary>The code that runs belongs to a handler that met its time limit.</summary>
    public static bool IsOver => Ambient.Value is { _isOver: true };

    /// <summary>Calls a handler, and waits for it no longer than the limit.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="clock">Its clock.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> handler, TimeSpan limit, TimeProvider clock)
    {
        var call = new HandlerCall();
        Ambient.Value = call;
        using var timeout = new CancellationTokenSource(limit, clock);
        var task = handler(timeout.Token);
        try
        {
            await task.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // It has completed, as far as the session's next events are concerned.
            call._isOver = true;
            task.Ignore();
        }
    }
}
