namespace OrleansSockets.Testing;

/// <summary>Tells whether nothing has happened on any silo for a while.</summary>
internal sealed class ActivityProbe(IReadOnlyList<TestSilo> silos)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private const int QuietLooks = 5;

    private readonly long[] _lastActivity = new long[silos.Count];
    private int _quiet = -1;

    /// <summary>True once all silos were idle, and had done nothing in between, at all looks of the last 50 ms.</summary>
    public bool IsQuiet()
    {
        var quiet = true;
        for (var i = 0; i < silos.Count; i++)
        {
            var activity = silos[i].Activity.Begun;
            quiet &= silos[i].Activity.IsIdle && activity == _lastActivity[i];
            _lastActivity[i] = activity;
        }

        _quiet = quiet ? _quiet + 1 : 0;
        return _quiet >= QuietLooks;
    }

    public string Describe() =>
        "Still busy: " + string.Join(
            "; ", silos.SelectMany(Busy).DefaultIfEmpty("nothing at this moment, but something happens again and again"));

    private static IEnumerable<string> Busy(TestSilo silo) => silo.Activity.Describe().Select(work => $"{silo.Name}: {work}");
}
