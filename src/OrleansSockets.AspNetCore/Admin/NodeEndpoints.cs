using Microsoft.AspNetCore.Http;
using OrleansSockets.Administration;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>Nodes over HTTP.</summary>
internal static class NodeEndpoints
{
    public static async Task<IResult> ListAsync(ClusterNodes nodes, CancellationToken cancellation)
    {
        var asked = await nodes.AskAsync(nodes.Active, node => node.DescribeAsync(), cancellation);
        var snapshots = asked.Answers.ToDictionary(answer => answer.Node, answer => answer.Value);
        return TypedResults.Ok(
            nodes.Members.Select(member => Document(nodes, member, snapshots.GetValueOrDefault(member.SiloAddress))).ToList());
    }

    public static async Task<IResult> DrainAsync(string node, ClusterNodes nodes, CancellationToken cancellation)
    {
        if (nodes.Find(node) is not { } member)
        {
            return Results.Problem($"There is no node '{node}' in the cluster.", statusCode: StatusCodes.Status404NotFound);
        }

        var begun = await nodes.AskAsync([member.SiloAddress], service => service.DrainAsync(), cancellation);
        begun.RequireAll("it is not known whether it drains");
        if (!begun.Answers[0].Value)
        {
            return Results.Problem($"The node '{node}' has no client sockets: it has no edge.", statusCode: StatusCodes.Status409Conflict);
        }

        var seen = await nodes.AskAsync([member.SiloAddress], service => service.DescribeAsync(), cancellation);
        return TypedResults.Accepted((string?)null, Document(nodes, member, seen.Answers.Select(answer => answer.Value).FirstOrDefault()));
    }

    private static NodeDocument Document(ClusterNodes nodes, ClusterMember member, NodeSnapshot? snapshot) => new(
        ClusterNodes.Address(member.SiloAddress),
        member.Name,
        snapshot is null ? "silent" : snapshot.IsDraining ? "draining" : "active",
        snapshot?.Pairs,
        snapshot?.Sockets,
        snapshot?.Deployment,
        nodes.Metadata(member.SiloAddress),
        snapshot is null
            ? null
            : [.. (snapshot.Outages ?? []).Select(link =>
                new LinkDocument(
                    ClusterNodes.Address(link.To), link.Since, link.Through is { } through ? ClusterNodes.Address(through) : null))]);
}
