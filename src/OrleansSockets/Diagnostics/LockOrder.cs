using System.Diagnostics;

namespace OrleansSockets.Diagnostics;

/// <summary>Checks the order of locks, in debug builds.</summary>
internal static class LockOrder
{
    [ThreadStatic]
    private static int[]? _held;

    /// <summary>This thread is about to take a lock.</summary>
    [Conditional("DEBUG")]
    public static void Enter(LockRank rank)
    {
        var held = _held ??= new int[Enum.GetValues<LockRank>().Length];
        for (var later = (int)rank + 1; later < held.Length; later++)
        {
            Debug.Assert(held[later] == 0, $"A lock of a {rank} is taken under one of a {(LockRank)later}.");
        }

        held[(int)rank]++;
    }

    /// <summary>This thread has left a lock.</summary>
    [Conditional("DEBUG")]
    public static void Exit(LockRank rank) => _held![(int)rank]--;

    /// <summary>
    /// What this thread is about to do must not be done under a pair's lock, or a later one: user code, a call of Orleans.
    /// </summary>
    [Conditional("DEBUG")]
    public static void CheckIsFree()
    {
        for (var rank = (int)LockRank.Pair; _held is not null && rank < _held.Length; rank++)
        {
            Debug.Assert(_held[rank] == 0, $"This must not be done under the lock of a {(LockRank)rank}.");
        }
    }
}
