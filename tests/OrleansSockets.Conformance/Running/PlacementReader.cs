using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>Reads from the running pairs where they and their ends are, and holds it against the plan.</summary>
internal sealed class PlacementReader(Run run, IReadOnlyDictionary<string, INode> nodes, TimeProvider time)
{
    /// <summary>An end hears of its peer's place from the pair grain, a moment after it was attached.</summary>
    private const int MostQuestions = 200;

    private readonly HashSet<string> _withGrain = [];

    /// <summary>The silo of each end and client, of each pair as <c>pair:n</c>, and the process.</summary>
    public JsonObject Read { get; } = new() { ["processId"] = Processes(nodes.Values) };

    /// <exception cref="PlacementException">Something is elsewhere than planned.</exception>
    public async Task ReadAsync(PairNames pair)
    {
        var topology = run.Scenario.Topology;
        var actor = Plan.ActorOf(topology, pair.Server);
        var place = await FindAsync(actor, pair.Server);
        var number = PairNames.Of(topology).ToList().IndexOf(pair);
        if (run.Plan.Clients.TryGetValue(pair.Client, out var edge))
        {
            // Without a pair grain, no socket was ever joined to the end.
            Take(pair.Client, place?.Pair is null ? null : place.Client, edge);
        }
        else
        {
            Take(pair.Client, place?.Client, run.Plan.Actors[Plan.ActorOf(topology, pair.Client)].Node);
        }

        Take(pair.Server, place?.Server, run.Plan.Actors[actor].Node);
        if (run.Plan.Pairs[number] is { } planned)
        {
            Take($"pair:{number + 1}", place?.Pair, planned);
        }

        if (place?.Pair is not null || run.Plan.Pairs[number] is null)
        {
            _withGrain.Add(pair.Client);
        }
    }

    /// <summary>A sentence if the pair of an open client was never found, so that nobody knows where it was.</summary>
    public string? Missing(IEnumerable<string> openClients) =>
        openClients.FirstOrDefault(client => !_withGrain.Contains(client)) is { } client
            ? $"The pair of {client} was not found on any node."
            : null;

    private async Task<PairPlace?> FindAsync(string actor, string end)
    {
        for (var i = 0; ; i++)
        {
            var place = await nodes[run.Plan.Actors[actor].Node].FindPairAsync(run, actor, end);
            if (place is not { Pair: not null } or { Client: not null, Server: not null } || i == MostQuestions)
            {
                return place;
            }

            await Task.Delay(RunLimits.Reaction, time);
        }
    }

    private void Take(string name, string? silo, string planned)
    {
        if (silo is null)
        {
            return;
        }

        Read[name] = silo;
        if (silo != run.Silos[planned] && !ObjectMemory.Of(run).HasWoken)
        {
            throw new PlacementException($"{name} is on {silo}; the plan is {planned} ({run.Silos[planned]}).");
        }
    }

    private static object Processes(IEnumerable<INode> nodes)
    {
        var processes = nodes.Select(node => node.ProcessId).Distinct().ToList();
        if (processes.Count == 1)
        {
            return processes[0];
        }

        var bySilo = new JsonObject();
        foreach (var node in nodes)
        {
            bySilo[node.Silo] = node.ProcessId;
        }

        return bySilo;
    }
}
