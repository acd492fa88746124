namespace OrleansSockets.Streams;

/// <summary>
/// What all ends of this silo together hold: what they have sent and their peers have not consumed, and what they have received and not
/// consumed, unfinished messages included. First come, first served.
/// </summary>
internal sealed class PairBudget(OrleansSocketsOptions options)
{
    /// <summary>
    /// A narrower window could wait for ever: it must hold what is consumed and not yet acknowledged (half of it) and one chunk more.
    /// </summary>
    public const int MinWindow = 48 * 1024;

    private long _heldBytes;
    private TaskCompletionSource? _waiter;

    /// <summary>The widest window that an end may grant now.</summary>
    public int Window => IsMet ? MinWindow : options.MaxWindow;

    /// <summary>What is counted; see <see cref="BufferAccount"/>.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Nothing more is taken that can be refused.</summary>
    public bool IsMet => HeldBytes >= options.MaxBufferedBytes;

    /// <summary>Why something was refused.</summary>
    public string Explanation =>
        $"the ends of this silo hold {HeldBytes} bytes that are not consumed, and "
            + $"{nameof(OrleansSocketsOptions)}.{nameof(OrleansSocketsOptions.MaxBufferedBytes)} is {options.MaxBufferedBytes}";

    public void Add(long bytes)
    {
        Interlocked.Add(ref _heldBytes, bytes);
        if (bytes < 0 && Volatile.Read(ref _waiter) is not null)
        {
            SignalRoom();
        }
    }

    /// <summary>Adds the bytes of a message. One that is larger than all of the budget passes alone, or it never would.</summary>
    public bool TryAdd(long bytes)
    {
        while (true)
        {
            var held = HeldBytes;
            if (held > 0 && held + bytes > options.MaxBufferedBytes)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _heldBytes, held + bytes, held) == held)
            {
                return true;
            }
        }
    }

    /// <summary>A task that ends when something was given back, or by <see cref="SignalRoom"/>; the caller tries again.</summary>
    public Task WaitForRoom()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _waiter, mine, null) ?? mine).Task;
    }

    /// <summary>
    /// Lets all that wait try again. Done once a second too, for one that began to wait just when the last bytes were given back.
    /// </summary>
    public void SignalRoom() => Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
}
