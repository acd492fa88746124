using System.Diagnostics;

namespace OrleansSockets.Ends;

/// <summary>
/// The lock of a pair on one silo. Locks are taken in this order, checked in debug builds: pair, then what is shared by pairs (a queue of
/// events, a budget, a link), and never the lock of a second pair. Under it nothing waits, and neither Orleans nor user code is called:
/// what must call them goes to <see cref="Afterwards"/>.
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

    /// <summary>Something that this thread is about to do must not be done under a pair's lock.</summary>
    [Conditional("DEBUG")]
    public static void CheckIsFree() => Debug.Assert(_held is not { Count: > 0 }, "This must not be called under a pair's lock.");

    /// <summary>While it lives, the lock is held.</summary>
    public readonly ref struct Scope(Lock gate, Held held)
    {
        public void Dispose()
        {
            held.Count--;
            gate.Exit();
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
