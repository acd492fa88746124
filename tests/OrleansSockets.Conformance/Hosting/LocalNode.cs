using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Pairs;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>A node in this process.</summary>
internal sealed class LocalNode(NodeSettings settings, WebApplication app) : INode
{
    private readonly ActiveRuns _runs = app.Services.GetRequiredService<ActiveRuns>();
    private readonly SocketWatch _sockets = app.Services.GetRequiredService<SocketWatch>();
    private readonly PairHub _hub = app.Services.GetRequiredService<PairHub>();
    private readonly PairActivity _activity = app.Services.GetRequiredService<PairActivity>();
    private readonly IGrainFactory _grains = app.Services.GetRequiredService<IGrainFactory>();
    private readonly IWebSocketPairFactory _factory = app.Services.GetRequiredService<IWebSocketPairFactory>();

    public string Name => settings.Address.Name;

    public string Silo => _hub.Silo.ToParsableString();

    public int ProcessId => Environment.ProcessId;

    public IPEndPoint EndPoint => settings.Address.Http;

    public static async Task<LocalNode> StartAsync(NodeSettings settings, CancellationToken cancellation) =>
        new(settings, await NodeHost.StartAsync(settings, cancellation));

    public Task JoinedAsync(TimeProvider time, CancellationToken cancellation) =>
        NodeHost.JoinedAsync(app.Services, settings.Nodes, time, cancellation);

    public Task BeginAsync(Run run, Action<string, JsonObject> record)
    {
        _runs.Begin(run, record);
        return Task.CompletedTask;
    }

    public async Task ActivateAsync(Run run, string actor)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, _hub.Silo);
        try
        {
            var active = await Session(run, actor).ActivateAsync();
            if (!active.Equals(_hub.Silo))
            {
                throw new PlacementException($"The {actor} became active on {active}; the plan is {Name} ({_hub.Silo}).");
            }
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    public async Task OpenAsync(Run run, string actor)
    {
        var active = _runs.Get(run.Id);
        var context = _factory.CreateContext(active.Deployment);
        var script = active.NewActor(context);
        active.Add(actor, context, script);
        await context.RunAsync(() => run.Scenario.Topology == Topology.Local
            ? ScenarioScript.OpenLocalAsync(active, script, _factory)
            : ScenarioScript.OpenSplitAsync(active, script, Session(run, Plan.Host), _factory));
    }

    public Task PerformAsync(Run run, string actor, int step)
    {
        if (run.Plan.Actors[actor].IsSession)
        {
            var isEviction = run.Scenario.Steps[step] is TurnStep { Calls: [{ Function: "evict" }] };
            return isEviction ? Session(run, actor).EvictAsync() : Session(run, actor).PerformAsync(step);
        }

        var (context, script) = _runs.Get(run.Id).Context(actor);
        return context.RunAsync(() => script.Perform(step));
    }

    public async Task<IReadOnlyDictionary<string, int?>> ReadStatesAsync(Run run, string actor, IReadOnlyList<string> ends)
    {
        int?[] states = [];
        if (run.Plan.Actors[actor].IsSession)
        {
            states = await Session(run, actor).ReadStatesAsync([.. ends]);
        }
        else
        {
            var (context, script) = _runs.Get(run.Id).Context(actor);
            await context.RunAsync(() => states = [.. ends.Select(script.ReadState)]);
        }

        return ends.Zip(states).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    public async Task<PairPlace?> FindPairAsync(Run run, string actor, string end)
    {
        if (run.Plan.Actors[actor].IsSession)
        {
            return await Session(run, actor).FindPairAsync(end);
        }

        return _runs.Get(run.Id).Context(actor).Actor.Find(end) is { } found ? PairPlaces.Of(found) : null;
    }

    public Task<bool> IsIdleAsync() => Task.FromResult(_activity.IsIdle && _sockets.IsIdle && _runs.IsIdle);

    public async Task EndAsync(Run run)
    {
        foreach (var (actor, place) in run.Plan.Actors)
        {
            if (place.IsSession && place.Node == Name)
            {
                await Session(run, actor).EndAsync();
            }
        }

        _runs.End(run.Id);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private IScenarioSession Session(Run run, string actor) => _grains.GetGrain<IScenarioSession>(new SessionKey(run.Id, actor).ToString());
}
