using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The addresses of the admin API.</summary>
internal static class AdminEndpoints
{
    /// <summary>Of the OpenAPI document, and of the endpoints that it lists.</summary>
    public const string DocumentName = "orleanssockets-admin";

    private const string Json = "application/json";

    public static RouteGroupBuilder Map(IEndpointRouteBuilder routes, string prefix)
    {
        var admin = routes.MapGroup(prefix);
        admin.AddEndpointFilter(Unavailable.AnswerAsync);
        admin.MapGet("openapi.json", AdminOpenApi.WriteAsync).ExcludeFromDescription();

        var api = admin.MapGroup("").WithGroupName(DocumentName);
        MapDeployments(api.MapGroup("deployments").WithTags("Deployments"));
        MapSettings(api.MapGroup("").WithTags("Settings"));
        MapPairs(api.MapGroup("pairs").WithTags("Pairs"));
        MapNodes(api.MapGroup("nodes").WithTags("Nodes"));
        return admin;
    }

    private static void MapDeployments(RouteGroupBuilder deployments)
    {
        deployments.MapGet("", DeploymentEndpoints.ListAsync)
            .WithSummary("All deployments by name.")
            .Produces<IReadOnlyList<DeploymentDocument>>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        deployments.MapGet("{name}", DeploymentEndpoints.GetAsync)
            .WithSummary("One deployment. Its ETag is the revision.")
            .Produces<DeploymentDocument>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        deployments.MapPut("{name}", DeploymentEndpoints.PutAsync)
            .WithSummary("Writes settings; new ends on every node take them within 2 s.")
            .WithDescription(
                "If-Match: only over that revision. If-None-Match: *: only if there is none. Without either: over whatever is there.")
            .Accepts<SettingsDocument>(Json)
            .Produces<DeploymentDocument>()
            .Produces<DeploymentDocument>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        deployments.MapDelete("{name}", DeploymentEndpoints.DeleteAsync)
            .WithSummary(
                "Deletes a deployment that no living end has and no node takes by default. One that a node's configuration names comes "
                    + "back when that node starts.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        deployments.MapGet("{name}/effective", DeploymentEndpoints.GetEffectiveAsync)
            .WithSummary("What the deployment's date and flags come to, with the reason for each.")
            .Produces<EffectiveDocument>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static void MapSettings(RouteGroupBuilder settings)
    {
        settings.MapPost("effective", SettingsEndpoints.EvaluateAsync)
            .WithSummary("What a date and flags would come to, with the reason for each. Changes nothing.")
            .Accepts<SettingsDocument>(Json)
            .Produces<EffectiveDocument>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        settings.MapPost("compare", SettingsEndpoints.CompareAsync)
            .WithSummary("What changes from one date and flags to another. Either side may name a deployment instead.")
            .Accepts<ComparisonRequest>(Json)
            .Produces<ComparisonDocument>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static void MapPairs(RouteGroupBuilder pairs)
    {
        pairs.MapGet("", PairEndpoints.ListAsync)
            .WithSummary("Living pairs by id, a page at a time. A pair that never left its context is local and not listed.")
            .Produces<PairPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        pairs.MapGet("{pair}", PairEndpoints.GetAsync)
            .WithSummary(
                "One pair: its ends, its timeline, and why an end saw 1006. The last pairs of each node are known for a while after their "
                    + "end.")
            .Produces<PairDocument>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        pairs.MapPost("{pair}/close", PairEndpoints.CloseAsync)
            .WithSummary("Each end gets a Close from the other one. Default: 1000 without a reason.")
            .Accepts<CloseRequest>(isOptional: true, Json)
            .Produces<PairDocument>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        pairs.MapPost("{pair}/drop", PairEndpoints.DropAsync)
            .WithSummary("Each end loses the other one at once: 1006.")
            .Produces<PairDocument>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static void MapNodes(RouteGroupBuilder nodes)
    {
        nodes.MapGet("", NodeEndpoints.ListAsync)
            .WithSummary("The nodes of the cluster.")
            .Produces<IReadOnlyList<NodeDocument>>();
        nodes.MapPost("{node}/drain", NodeEndpoints.DrainAsync)
            .WithSummary(
                "Takes a node's edge out of service: not ready, no new sockets, open ones closed over time. Only a restart ends it.")
            .Produces<NodeDocument>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }
}
