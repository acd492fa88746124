using Microsoft.AspNetCore.Http;
using OrleansSockets.Administration;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>Pairs over HTTP.</summary>
internal static class PairEndpoints
{
    public static async Task<IResult> ListAsync(
        [AsParameters] PairQuery query, ClusterNodes nodes, AdminPairs pairs, CancellationToken cancellation)
    {
        List<ProblemLine> problems = [];
        var filter = query.ToFilter(problems);
        var node = query.Node is null ? null : nodes.Find(query.Node);
        if (query.Node is not null && node is null)
        {
            problems.Add(new ProblemLine("unknown-node", $"There is no node '{query.Node}' in the cluster."));
        }

        return problems.Count == 0
            ? TypedResults.Ok(await pairs.ListAsync(filter, node?.SiloAddress, cancellation))
            : ProblemLine.ToResult(problems);
    }

    public static async Task<IResult> GetAsync(string pair, AdminPairs pairs, CancellationToken cancellation) =>
        await FindAsync(pair, pairs, cancellation) is { } known ? TypedResults.Ok(known) : Unknown(pair);

    public static async Task<IResult> CloseAsync(string pair, HttpContext http, AdminPairs pairs, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(http, cancellation);
        var code = body.Number("code") ?? CloseCode.Normal;
        var reason = body.Text("reason") ?? "";
        body.RefuseOthers();
        if (!CloseCode.MayBeSent(code, pedantic: false))
        {
            body.Problems.Add(new ProblemLine("invalid-code", $"Invalid WebSocket close code: {code}."));
        }

        if (!CloseReason.Fits(reason))
        {
            body.Problems.Add(
                new ProblemLine(
                    "reason-too-long", $"WebSocket close reason must not be longer than {CloseReason.MaxBytes} bytes when UTF-8 encoded."));
        }

        return body.Problems.Count == 0
            ? await EndAsync(pair, pairs, (node, id) => node.ClosePairAsync(id, code, reason), cancellation)
            : ProblemLine.ToResult(body.Problems);
    }

    public static Task<IResult> DropAsync(string pair, AdminPairs pairs, CancellationToken cancellation) =>
        EndAsync(pair, pairs, (node, id) => node.DropPairAsync(id), cancellation);

    private static async Task<IResult> EndAsync(
        string pair, AdminPairs pairs, Func<INodeService, PairId, Task> end, CancellationToken cancellation)
    {
        if (await FindAsync(pair, pairs, cancellation) is not { } known)
        {
            return Unknown(pair);
        }

        if (known.Finished)
        {
            return Results.Problem($"The pair '{pair}' is over.", statusCode: StatusCodes.Status409Conflict);
        }

        var id = new PairId(Guid.Parse(pair));
        await pairs.EndAsync(id, end, cancellation);
        return TypedResults.Accepted((string?)null, await pairs.FindAsync(id, cancellation) ?? known);
    }

    private static async Task<PairDocument?> FindAsync(string pair, AdminPairs pairs, CancellationToken cancellation) =>
        Guid.TryParse(pair, out var id) ? await pairs.FindAsync(new PairId(id), cancellation) : null;

    private static IResult Unknown(string pair) => Results.Problem(
        $"No node knows a pair '{pair}': it is not there, has ended a while ago, or never left its context.",
        statusCode: StatusCodes.Status404NotFound);
}
