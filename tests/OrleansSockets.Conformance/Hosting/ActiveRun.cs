using System.Collections.Concurrent;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>A run as one node has it: its scenario and plan, where its entries go, and the actors that are contexts of this node.</summary>
internal sealed class ActiveRun(Run run, Action<string, JsonObject> record)
{
    private readonly ConcurrentDictionary<string, (WebSocketContext Context, Actor Actor)> _contexts = new();
    private readonly ConcurrentBag<Actor> _actors = [];
    private volatile bool _over;

    /// <summary>What outlives the instances of a session: how many there were, and the names of its ends.</summary>
    public ObjectMemory Memory { get; } = ObjectMemory.Of(run);

    public Run Run { get; } = run;

    public string Deployment => CompatDeployment.Name(Run.Scenario.Compat);

    /// <summary>No handler waits.</summary>
    public bool IsIdle => _actors.All(actor => actor.IsIdle);

    /// <summary>The script of an owner of ends.</summary>
    /// <param name="context">Theirs.</param>
    /// <param name="state">Of a session.</param>
    public Actor NewActor(WebSocketContext context, IObjectState? state = null)
    {
        var actor = new Actor(Run.Scenario, Record, TimeProvider.System, state, Memory);
        actor.Watch(context);
        _actors.Add(actor);
        return actor;
    }

    public void Add(string actor, WebSocketContext context, Actor script) => _contexts[actor] = (context, script);

    public (WebSocketContext Context, Actor Actor) Context(string actor) =>
        _contexts.TryGetValue(actor, out var found)
            ? found
            : throw new InvalidOperationException($"The {actor} of run {Run.Id} has not started.");

    /// <summary>What happens from now on, while connections are taken down, is not the scenario's.</summary>
    public void End() => _over = true;

    private void Record(string end, JsonObject entry)
    {
        if (!_over)
        {
            record(end, entry);
        }
    }
}
