namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The time that one request has for all that it asks of the deployments: two slow answers must not add up.</summary>
internal sealed class Deadline(TimeProvider clock, CancellationToken cancellation)
{
    private readonly long _began = clock.GetTimestamp();

    /// <summary>The client has gone.</summary>
    public bool IsAbandoned => cancellation.IsCancellationRequested;

    private TimeSpan Left => Unavailable.Limit - clock.GetElapsedTime(_began) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    public Task<T> WaitAsync<T>(Task<T> answer) => answer.WaitAsync(Left, clock, cancellation);
}
