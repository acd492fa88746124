using OrleansSockets.Administration;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The pairs of the whole cluster, asked from every node.</summary>
internal sealed class AdminPairs(ClusterNodes nodes)
{
    /// <summary>
    /// First the ids, then what all nodes know of those on the page: the two ends of a pair may live on two nodes, of which one matches.
    /// </summary>
    public async Task<PairPage> ListAsync(PairFilter filter, SiloAddress? node, CancellationToken cancellation)
    {
        var found = await nodes.AskAsync(node is null ? nodes.Active : [node], service => service.FindPairsAsync(filter), cancellation);
        var ids = found.Answers.SelectMany(answer => answer.Value).Distinct().OrderBy(id => id.Value).ToArray();
        var more = ids.Length > filter.Limit || found.Answers.Any(answer => answer.Value.Length == filter.Limit);
        PairId[] page = [.. ids.Take(filter.Limit)];
        if (page.Length == 0)
        {
            return new PairPage([], null, found.Silent);
        }

        var known = await nodes.AskAsync(nodes.Active, service => service.DescribePairsAsync(page, timeline: false), cancellation);
        var rows = known.Answers.SelectMany(answer => answer.Value).GroupBy(row => row.Pair).OrderBy(rows => rows.Key.Value)
            .Select(rows => Document(rows.Key, [.. rows]));
        return new PairPage([.. rows], more ? $"{page[^1]}" : null, [.. found.Silent.Union(known.Silent)]);
    }

    public async Task<PairDocument?> FindAsync(PairId id, CancellationToken cancellation)
    {
        var asked = await nodes.AskAsync(nodes.Active, service => service.DescribePairsAsync([id], timeline: true), cancellation);
        NodePairSnapshot[] known = [.. asked.Answers.SelectMany(answer => answer.Value)];
        if (known.Length == 0)
        {
            asked.RequireAll("it is not known whether the pair is there");
            return null;
        }

        var happenings = from row in known
                         from entry in row.Host.Timeline
                         orderby entry.Time
                         select new Happening(ClusterNodes.Address(row.Host.Silo), entry);
        Happening[] story = [.. happenings];
        var document = Document(id, known);
        return document with
        {
            Timeline = [.. story.Select(happening => happening.ToDocument())],
            Explanation = [.. PairExplanation.Of(document, story)],
            SilentNodes = asked.Silent,
        };
    }

    /// <summary>Has every node do it: the ends are where they are by now, not where they were a moment ago.</summary>
    public async Task EndAsync(PairId id, Func<INodeService, PairId, Task> end, CancellationToken cancellation)
    {
        var done = await nodes.AskAsync(
            nodes.Active,
            async service =>
            {
                await end(service, id);
                return true;
            },
            cancellation);
        done.RequireAll("an end that lives there may be open still");
    }

    private static PairDocument Document(PairId id, IReadOnlyList<NodePairSnapshot> known)
    {
        var owner = known.Where(row => row.Epoch is not null).MaxBy(row => row.Epoch);
        var ends = from row in known
                   from end in row.Host.Ends
                   orderby end.Side, row.Host.IsDone
                   select new EndDocument(
                       end.Side,
                       ClusterNodes.Address(row.Host.Silo),
                       $"{end.ReadyState}".ToLowerInvariant(),
                       end.Phase.ToLowerInvariant(),
                       end.Deployment,
                       end.Revision,
                       end.QueuedBytes);
        return new PairDocument(
            $"{id}",
            known.All(row => row.Host.IsDone),
            owner is null ? null : ClusterNodes.Address(owner.Host.Silo),
            owner?.Epoch!.Value.Counter,
            [.. ends.DistinctBy(end => end.Side)]);
    }
}
