namespace OrleansSockets.Diagnostics;

/// <summary>A lock with a place in the order of locks.</summary>
internal sealed class OrderedLock(LockRank rank)
{
    private readonly Lock _lock = new();

    /// <summary>Takes the lock. A thread that has it may take it again.</summary>
    public Scope Enter()
    {
        LockOrder.Enter(rank);
        _lock.Enter();
        return new Scope(_lock, rank);
    }

    /// <summary>While it lives, the lock is held.</summary>
    public readonly ref struct Scope(Lock gate, LockRank rank)
    {
        public void Dispose()
        {
            gate.Exit();
            LockOrder.Exit(rank);
        }
    }
}
