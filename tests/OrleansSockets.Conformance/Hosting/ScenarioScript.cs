using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>
/// What a Worker and a Durable Object of a scenario do in the same way: make pairs, bind and set up ends, give ends away.
/// </summary>
internal static class ScenarioScript
{
    /// <summary>Where the client of a server end connects.</summary>
    public static string PathOf(Run run, string end) => $"/runs/{run.Id}/{end}";

    public static string EndOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The pair of an end goes where the plan says.</summary>
    public static WebSocketPairOptions PairOptions(ActiveRun run, string end)
    {
        var number = PairNames.Of(run.Run.Scenario.Topology).ToList().FindIndex(pair => pair.Server == end);
        return new WebSocketPairOptions
        {
            PlacementHint = run.Run.Plan.Pairs[number] is { } node ? SiloAddress.FromParsableString(run.Run.Silos[node]) : null,
        };
    }

    /// <summary>Keeps the server end of a pair, sets it up, and gives back the other one for the response.</summary>
    public static WebSocketEnd Serve(ActiveRun run, Actor actor, string end, WebSocketPair pair)
    {
        // In a Durable Object, each served end has its own name for its partner; scenarios do not use those.
        var inObject = run.Run.Scenario is { Topology: Topology.Relay or Topology.Split or Topology.Room }
            or { Host: PairHost.DurableObject };
        actor.Hold(inObject ? EndNames.PartnerOf(run.Run.Scenario.Topology, end) : EndNames.Partner, pair.Client);
        actor.Bind(end, pair.Server);
        actor.SetUp(end);
        return pair.Client;
    }

    /// <summary>Both ends of a local pair; through a pair grain if the plan wants one.</summary>
    public static async Task OpenLocalAsync(ActiveRun run, Actor actor, IWebSocketPairFactory factory)
    {
        var (a, b) = factory.Create(PairOptions(run, "b"));
        if (run.Run.Plan.Pairs[0] is not null)
        {
            a = await factory.ClaimAsync(a.Release());
        }

        actor.Bind("a", a);
        actor.Bind("b", b);
        actor.SetUp("a");
        actor.SetUp("b");
    }

    /// <summary>The <c>a</c> of a split pair, whose <c>b</c> a session holds.</summary>
    public static async Task OpenSplitAsync(ActiveRun run, Actor actor, IWebSocketSession host, IWebSocketPairFactory factory)
    {
        actor.Bind("a", await FetchAsync(run, host, "b", factory));
        actor.SetUp("a");
    }

    /// <summary>The <c>u</c> of a front, whose <c>s</c> the backend holds.</summary>
    public static async Task OpenBackendAsync(ActiveRun run, Actor actor, IWebSocketSession host, IWebSocketPairFactory factory)
    {
        actor.Bind("u", await FetchAsync(run, host, "s", factory));
        actor.SetUp("u");
    }

    private static async Task<WebSocketEnd> FetchAsync(ActiveRun run, IWebSocketSession host, string end, IWebSocketPairFactory factory)
    {
        var response = await host.UpgradeAsync(new UpgradeRequest { Path = PathOf(run.Run, end) });
        return await factory.ClaimAsync(response.Ticket ?? throw new InvalidOperationException($"The session gave no end for {end}."));
    }
}
