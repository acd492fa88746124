using OrleansSockets.Links;

namespace OrleansSockets.Pairs;

/// <summary>Whether anything is under way on this silo.</summary>
internal sealed class PairActivity(PairHub hub, SiloLinks links)
{
    /// <summary>No turn is queued or running, no handler is awaited, no frame waits on this silo.</summary>
    public bool IsIdle => hub.Host.Work.Pending == 0 && links.IsIdle && hub.Pairs.All(pair => pair.IsQuiet);

    /// <inheritdoc cref="Diagnostics.WorkCounter.Begun"/>
    public long Begun => hub.Host.Work.Begun;

    /// <summary>What keeps this silo from being idle, in words.</summary>
    public IEnumerable<string> Describe()
    {
        if (hub.Host.Work.Pending is > 0 and var turns)
        {
            yield return $"{turns} turns or awaited handlers";
        }

        if (!links.IsIdle)
        {
            yield return "frames on a link";
        }

        foreach (var pair in hub.Pairs.Where(pair => !pair.IsQuiet))
        {
            yield return $"pair {pair.Id}: {string.Join(", ", pair.Ends.Where(end => !end.IsQuiet).Select(end => end.DescribeWork()))}";
        }
    }
}
