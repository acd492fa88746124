using OrleansSockets.Ends;
using OrleansSockets.Pairs;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Administration;

/// <summary>Looks at the live pairs of this silo and ends them. Pairs that never left their context are not seen here.</summary>
internal sealed class PairAdministration(PairHub hub)
{
    private static readonly Comparer<PairId> LastFirst = Comparer<PairId>.Create(static (left, right) => right.Value.CompareTo(left.Value));

    public int Count => hub.Count;

    public string DefaultDeployment => hub.Host.Options.Deployment;

    public PairId[] Find(PairFilter filter)
    {
        // The page is small and the pairs are many: only the page is sorted.
        var page = new PriorityQueue<PairId, PairId>(LastFirst);
        foreach (var pair in hub.Pairs)
        {
            if (filter.After is { } after && pair.Id.Value.CompareTo(after.Value) <= 0)
            {
                continue;
            }

            using (pair.Gate.Enter())
            {
                if (pair.IsDone || !filter.Matches(pair))
                {
                    continue;
                }
            }

            page.Enqueue(pair.Id, pair.Id);
            if (page.Count > filter.Limit)
            {
                page.Dequeue();
            }
        }

        return [.. page.UnorderedItems.Select(item => item.Element).OrderBy(id => id.Value)];
    }

    public NodePairSnapshot? Describe(PairId id, bool timeline)
    {
        if (hub.Describe(id) is not { } host)
        {
            return null;
        }

        PairEpoch? epoch = null;
        if (hub.Find(id) is { } pair)
        {
            using (pair.Gate.Enter())
            {
                epoch = pair.Relay?.Epoch;
            }
        }

        return new NodePairSnapshot(id, epoch, timeline ? host : host with { Timeline = [] });
    }

    public void Close(PairId id, int code, string reason) => ForEachEnd(id, $"an administrator closes the pair with {code}", end =>
    {
        if (end.Consumer is EndDispatcher dispatcher)
        {
            dispatcher.Owner.ForceClose(code, reason);
            return;
        }

        end.CloseCoupled(code, reason);
    });

    public void Drop(PairId id) => ForEachEnd(id, "an administrator drops the pair", end => end.LosePeer());

    public string? FindUse(string deployment)
    {
        if (DefaultDeployment == deployment)
        {
            return $"new ends on {hub.Silo.Endpoint} take its settings";
        }

        foreach (var pair in hub.Pairs)
        {
            using (pair.Gate.Enter())
            {
                foreach (var end in pair.Ends)
                {
                    if (!end.IsDone && end.Settings.Deployment == deployment)
                    {
                        return $"end {(int)end.Side} of pair {pair.Id} on {hub.Silo.Endpoint} has its settings";
                    }
                }
            }
        }

        return null;
    }

    private void ForEachEnd(PairId id, string what, Action<End> act)
    {
        if (hub.Find(id) is not { } pair)
        {
            return;
        }

        using (pair.Gate.Enter())
        {
            foreach (var end in pair.Ends)
            {
                if (!end.IsDone)
                {
                    pair.Timeline.Add(end.Side, what, cause: PairCause.Administrator);
                    act(end);
                }
            }
        }
    }
}
