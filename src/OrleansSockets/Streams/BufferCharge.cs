namespace OrleansSockets.Streams;

/// <summary>
/// What one holder of bytes has counted in the silo's budget. A pair that never left its context may be forgotten with all that it holds;
/// then the finalizer gives it back. Apart from the holder, so that its bytes do not outlive it by a collection.
/// </summary>
internal sealed class BufferCharge(PairBudget budget)
{
    private long _bytes;

    ~BufferCharge() => Add(-_bytes);

    public void Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        budget.Add(bytes);
    }

    /// <summary>False: the budget is met, and nothing was added.</summary>
    public bool TryAdd(long bytes)
    {
        if (!budget.TryAdd(bytes))
        {
            return false;
        }

        Interlocked.Add(ref _bytes, bytes);
        return true;
    }
}
