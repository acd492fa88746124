using Microsoft.AspNetCore.Http;
using Orleans.Runtime.Placement;
using OrleansSockets.Deployments;
using OrleansSockets.Pairs;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Page;

/// <summary>What the page asks over HTTP: the nodes, a new pair with its ends on two of them, and what has happened to it.</summary>
internal sealed class PagePairs(
    IWebSocketPairFactory pairs, IGrainFactory grains, IClusterMembershipService membership, ILocalSiloDetails self,
    DeploymentRegistry deployments)
{
    public Choice Choices() => new(
        Name(self.SiloAddress),
        [.. ActiveNodes().OrderByDescending(node => node.Equals(self.SiloAddress))
            .Select(node => new Node(node.ToParsableString(), Name(node)))],
        [.. deployments.Names.Order(StringComparer.Ordinal)]);

    public async Task<IResult> MakeAsync(string client, string server, string clientDeployment, string serverDeployment)
    {
        if (Find(client) is not { } clientNode || Find(server) is not { } serverNode)
        {
            return Results.Problem("Name two nodes that are in the cluster now.", statusCode: StatusCodes.Status400BadRequest);
        }

        if (deployments.Find(clientDeployment) is null || deployments.Find(serverDeployment) is null)
        {
            return Results.Problem("Name deployments that exist.", statusCode: StatusCodes.Status404NotFound);
        }

        var pair = pairs.Create();
        var tickets = new[] { pair.Client.Release(), pair.Server.Release() };
        var id = tickets[0].Pair;
        var ends =
            new[] { await HoldAsync(tickets[0], clientNode, clientDeployment), await HoldAsync(tickets[1], serverNode, serverDeployment) };
        return Results.Ok(new MadePair($"{id}", ends));
    }

    public async Task<PairStory> TellAsync(Guid pair)
    {
        var ends = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(side => grains.GetGrain<IDrivenEnd>(EndName(new PairId(pair), side)).DescribeAsync()));
        var hosts = ends.Select(end => end?.Host).OfType<PairHostSnapshot>().ToList();
        PairSnapshot? grain = null;
        if (hosts.Exists(host => !host.IsDone))
        {
            grain = await grains.GetGrain<IPairGrain>(pair).DescribeAsync();
            hosts.AddRange(grain.Hosts);
        }

        var happenings = from host in hosts.DistinctBy(host => host.Silo)
                         from entry in host.Timeline
                         orderby entry.Time
                         select new Happening(entry.Time, Name(host.Silo), entry.Side, entry.What, entry.Code);
        return new(
            grain is null ? null : Name(grain.Owner),
            grain?.Epoch.Counter,
            [.. ends.OfType<DrivenEndSnapshot>()
                .Select(end => new EndStory(end.Side, (int)end.ReadyState, Settings(end)?.Deployment, Settings(end)?.Revision))],
            [.. happenings]);
    }

    private static EndSnapshot? Settings(DrivenEndSnapshot end) => end.Host?.Ends.FirstOrDefault(other => other.Side == end.Side);

    private static string EndName(PairId pair, int side) => $"{pair}-{side}";

    private async Task<HeldEnd> HoldAsync(EndTicket ticket, SiloAddress node, string deployment)
    {
        var name = EndName(ticket.Pair, ticket.Side);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, node);
        try
        {
            return new(name, Name(await grains.GetGrain<IDrivenEnd>(name).HoldAsync(ticket, deployment)));
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    private SiloAddress? Find(string id) => ActiveNodes().FirstOrDefault(node => node.ToParsableString() == id);

    private IEnumerable<SiloAddress> ActiveNodes() =>
        membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress);

    private static string Name(SiloAddress node) => $"{node.Endpoint}";

    internal sealed record Node(string Id, string Name);

    internal sealed record Choice(string Self, IReadOnlyList<Node> Nodes, IReadOnlyList<string> Deployments);

    internal sealed record HeldEnd(string Name, string Node);

    internal sealed record MadePair(string Pair, IReadOnlyList<HeldEnd> Ends);

    internal sealed record EndStory(int Side, int ReadyState, string? Deployment, long? Revision);

    internal sealed record Happening(DateTimeOffset Time, string Node, int Side, string What, int? Code);

    internal sealed record PairStory(string? Owner, long? Epoch, IReadOnlyList<EndStory> Ends, IReadOnlyList<Happening> Timeline);
}
