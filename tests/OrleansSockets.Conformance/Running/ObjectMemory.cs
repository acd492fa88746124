using System.Collections.Concurrent;
using OrleansSockets.Rules;

namespace OrleansSockets.Conformance.Running;

/// <summary>What a scenario knows of a session beyond its instances. The runs of a process share it, on whichever node they are.</summary>
internal sealed class ObjectMemory
{
    private static readonly ConcurrentDictionary<string, ObjectMemory> Runs = new();

    private readonly ConcurrentDictionary<(string Pair, Side Side), string> _names = new();
    private int _instances;

    public static ObjectMemory Of(Run run) => Runs.GetOrAdd(NameOf(run), _ => new ObjectMemory());

    public static void End(Run run) => Runs.TryRemove(NameOf(run), out _);

    /// <summary>The first instance is where the plan wants it; where the next ones are is up to the cluster.</summary>
    public bool HasWoken => Volatile.Read(ref _instances) > 1;

    /// <summary>The number of the instance that begins.</summary>
    public int NextInstance() => Interlocked.Increment(ref _instances);

    public void Name(WebSocketEnd end, string name) => _names[(end.PairId, end.Core.Side)] = name;

    // Several clusters may run in a process, each with runs of the same names.
    private static string NameOf(Run run) => $"{run.Id} on {run.Silos.Values.Order(StringComparer.Ordinal).First()}";

    public string? NameOf(WebSocketEnd end) => _names.GetValueOrDefault((end.PairId, end.Core.Side));
}
