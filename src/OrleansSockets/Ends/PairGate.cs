using System.Diagnostics;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Ends;

/// <summary>
/// The lock of a pair on one silo; its place among others: <see cref="LockRank"/>. A thread never takes those of two pairs. Under it
/// nothing waits, and neither Orleans nor user code is called: what must call them goes to <see cref="Afterwards"/>.
/// </summary>
internal sealed class PairGate
{
    [ThreadStatic]
    private static Held? _held;

    private readonly Lock _lock = new();

    /// <summary>Takes the lock. A thread that has it may take it again.</summary>
    public Scope Enter()
    {
        var held = _held ??= new Held();
        held.CheckOrder(this);
        LockOrder.Enter(LockRank.Pair);
        _lock.Enter();
        held.Count++;
        return new Scope(_lock, held);
    }

    /// <summary>Does something when this thread has left the lock: at once if it has none.</summary>
    public static void Afterwards(IDeferredWork work)
    {
        if (_held is { Count: > 0 } held)
        {
            held.Deferred.Enqueue(work);
        }
        else
        {
            work.Run();
        }
    }

    /// <summary>While it lives, the lock is held.</summary>
    public readonly ref struct Scope(Lock gate, Held held)
    {
        public void Dispose()
        {
            held.Count--;
            gate.Exit();
            LockOrder.Exit(LockRank.Pair);
            if (held is { Count: 0, Deferred.Count: > 0 })
            {
                held.RunDeferred();
            }
        }
    }

    /// <summary>What a thread holds.</summary>
    internal sealed class Held
    {
        private PairGate? _gate;

        public int Count { get; set; }

        public Queue<IDeferredWork> Deferred { get; } = new();

        [Conditional("DEBUG")]
        public void CheckOrder(PairGate gate)
        {
            Debug.Assert(Count == 0 || _gate == gate, "A thread holds the lock of one pair and takes that of another one.");
            _gate = gate;
        }

        // One that throws keeps nothing from the others.
        public void RunDeferred()
        {
            if (Deferred.TryDequeue(out var work))
            {
                try
                {
                    work.Run();
                }
                finally
                {
                    RunDeferred();
                }
            }
        }
    }
}
