namespace OrleansSockets.Timelines;

/// <summary>The last things that happened to a pair on this silo; bounded. Guarded by the pair's lock.</summary>
internal sealed class PairTimeline(TimeProvider clock)
{
    private const int Capacity = 64;

    private readonly Queue<PairTimelineEntry> _entries = new();

    public void Add(int side, string what, int? code = null, PairCause cause = PairCause.None)
    {
        if (_entries.Count == Capacity)
        {
            _entries.Dequeue();
        }

        _entries.Enqueue(new PairTimelineEntry(clock.GetUtcNow(), side, what, code, cause));
    }

    public PairTimelineEntry[] ToArray() => [.. _entries];
}
