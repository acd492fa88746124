namespace OrleansSockets.Diagnostics;

/// <summary>Counts the turns and awaited handlers of a silo.</summary>
internal sealed class WorkCounter
{
    private long _begun;
    private long _ended;

    /// <summary>Grows with every turn and every piece of work: two equal readings mean that none began in between.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>What is queued or runs.</summary>
    // Read in this order, work that begins meanwhile makes the result too large, never 0.
    public long Pending => -Volatile.Read(ref _ended) + Volatile.Read(ref _begun);

    public void Begin() => Interlocked.Increment(ref _begun);

    public void End() => Interlocked.Increment(ref _ended);
}
