using OrleansSockets.Rules;

namespace OrleansSockets.Timelines;

/// <summary>The last things that happened to a pair on this silo; bounded. Guarded by the pair's lock.</summary>
internal sealed class PairTimeline(TimeProvider clock)
{
    private const int Capacity = 64;
    private const int NoSide = -1;

    private readonly Queue<PairTimelineEntry> _entries = new();

    /// <summary>Adds a line.</summary>
    /// <param name="side">Whose; null: the pair's.</param>
    /// <param name="what">What happened, in words.</param>
    /// <param name="code">A Close's code.</param>
    /// <param name="cause">Why.</param>
    public void Add(Side? side, string what, int? code = null, PairCause cause = PairCause.None)
    {
        if (_entries.Count == Capacity)
        {
            _entries.Dequeue();
        }

        _entries.Enqueue(new PairTimelineEntry(clock.GetUtcNow(), side is { } end ? (int)end : NoSide, what, code, cause));
    }

    public PairTimelineEntry[] ToArray() => [.. _entries];
}
