namespace OrleansSockets.Pairs;

/// <summary>
/// Watches what the ends of this silo hold, once a second, and narrows the windows while it is too much. A message costs nothing here: the sum is taken
/// where it is needed.
/// </summary>
internal sealed class PairBudget : IDisposable
{
    /// <summary>A narrower window could wait for ever: it must hold what is consumed and not yet acknowledged (half of it) and one chunk more.</summary>
    public const int MinWindow = 48 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Func<IEnumerable<Pair>> _pairs;
    private readonly OrleansSocketsOptions _options;
    private readonly ITimer _timer;
    private volatile bool _exceeded;

    public PairBudget(Func<IEnumerable<Pair>> pairs, OrleansSocketsOptions options, TimeProvider clock)
    {
        _pairs = pairs;
        _options = options;
        _timer = clock.CreateTimer(_ => Measure(), null, Interval, Interval);
    }

    /// <summary>The widest window that an end may grant now.</summary>
    public int Window => _exceeded ? MinWindow : _options.MaxWindow;

    /// <summary>What all ends together held at the last look.</summary>
    public long HeldBytes { get; private set; }

    public void Dispose() => _timer.Dispose();

    private void Measure()
    {
        var held = 0L;
        foreach (var pair in _pairs())
        {
            lock (pair.Gate)
            {
                held += (pair[0]?.In.HeldBytes ?? 0) + (pair[1]?.In.HeldBytes ?? 0);
            }
        }

        HeldBytes = held;
        _exceeded = held > _options.MaxBufferedBytes;
    }
}
