using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Pairs;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>Serves the clients of scenarios: what the outermost Worker of a scenario does.</summary>
internal static class RunEndpoint
{
    private const string RunParameter = "run";
    private const string EndParameter = "end";

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapWebSocket(
            $"/runs/{{{RunParameter}}}/{{{EndParameter}}}", (HttpContext http, string run, string end) => ServeAsync(http, run, end));

    /// <summary>The deployment of a request is the one of its run.</summary>
    public static string? DeploymentOf(HttpContext http) =>
        http.Request.Path.Value?.Split('/') is ["", "runs", var run, _]
            ? http.RequestServices.GetRequiredService<ActiveRuns>().Get(run).Deployment
            : null;

    private static async Task<IResult> ServeAsync(HttpContext http, string id, string end)
    {
        var run = http.RequestServices.GetRequiredService<ActiveRuns>().Get(id);
        var name = Plan.ActorOf(run.Run.Scenario.Topology, end);
        if (run.Run.Plan.Actors[name].IsSession)
        {
            var entry = run.Run.Plan.Via is null ? name : SessionKey.Via;
            return Results.WebSocket(await Session(http, id, entry).UpgradeAsync(new UpgradeRequest { Path = http.Request.Path }));
        }

        var context = WebSocketContext.Current!;
        var actor = run.NewActor(context);
        run.Add(name, context, actor);
        var factory = http.RequestServices.GetRequiredService<IWebSocketPairFactory>();
        if (name == Plan.Front)
        {
            await ScenarioScript.OpenBackendAsync(run, actor, Session(http, id, Plan.Host), factory);
        }

        var options = ScenarioScript.PairOptions(run, end);
        var here = http.RequestServices.GetRequiredService<PairHub>().Silo;
        var pair = here.Equals(options.PlacementHint) ? new WebSocketPair() : factory.Create(options);
        return Results.WebSocket(ScenarioScript.Serve(run, actor, end, pair));
    }

    private static IScenarioSession Session(HttpContext http, string run, string actor) =>
        http.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<IScenarioSession>(new SessionKey(run, actor).ToString());
}
