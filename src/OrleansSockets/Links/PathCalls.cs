namespace OrleansSockets.Links;

/// <summary>Calls to another silo whose answer may never come.</summary>
internal static class PathCalls
{
    /// <summary>Waits for an answer.</summary>
    /// <param name="call">The call. It goes on when this fails.</param>
    /// <param name="limit">How long.</param>
    /// <param name="changed">Ends when there is a better way.</param>
    /// <param name="clock">The clock of the limit.</param>
    /// <exception cref="TimeoutException">No answer within the limit.</exception>
    /// <exception cref="OperationCanceledException">There is a better way.</exception>
    public static async Task WithinAsync(this Task call, TimeSpan limit, Task changed, TimeProvider clock)
    {
        call.Ignore();
        await Task.WhenAny(call, changed).WaitAsync(limit, clock).ConfigureAwait(false);
        if (!call.IsCompleted)
        {
            throw new OperationCanceledException("There is another way to that silo by now.");
        }

        await call.ConfigureAwait(false);
    }

    /// <inheritdoc cref="WithinAsync(Task, TimeSpan, Task, TimeProvider)"/>
    public static async Task<T> WithinAsync<T>(this Task<T> call, TimeSpan limit, Task changed, TimeProvider clock)
    {
        await WithinAsync((Task)call, limit, changed, clock).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    /// <summary>Waits for an answer by the only way.</summary>
    public static Task WithinAsync(this Task call, TimeSpan limit, TimeProvider clock)
    {
        call.Ignore();
        return call.WaitAsync(limit, clock);
    }

    /// <inheritdoc cref="WithinAsync(Task, TimeSpan, TimeProvider)"/>
    public static Task<T> WithinAsync<T>(this Task<T> call, TimeSpan limit, TimeProvider clock)
    {
        call.Ignore();
        return call.WaitAsync(limit, clock);
    }
}
