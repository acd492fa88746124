namespace OrleansSockets.Conformance.Format;

/// <summary>The names that a topology gives to its ends and clients.</summary>
internal static class EndNames
{
    /// <summary>The other end of a served pair, while the script which made it still holds it.</summary>
    public const string Partner = "p";

    /// <summary>Where the errors of the global scope are recorded. It makes no calls.</summary>
    public const string Global = "global";

    public static IReadOnlyList<string> WorkerEnds(Topology topology) => topology switch
    {
        Topology.Remote => ["s"],
        Topology.Local or Topology.Split => ["a", "b"],
        Topology.Relay => ["s1", "s2"],
        Topology.Proxy => ["f", "u", "s"],
        Topology.Config => [],
        _ => throw new ArgumentOutOfRangeException(nameof(topology)),
    };

    public static IReadOnlyList<string> Clients(Topology topology) => topology switch
    {
        Topology.Remote or Topology.Proxy => ["c"],
        Topology.Relay => ["c1", "c2"],
        Topology.Local or Topology.Split or Topology.Config => [],
        _ => throw new ArgumentOutOfRangeException(nameof(topology)),
    };

    public static bool IsWorkerEnd(Topology topology, string name) =>
        WorkerEnds(topology).Contains(name) || (name == Partner && topology != Topology.Config);

    public static bool IsClient(Topology topology, string name) => Clients(topology).Contains(name);
}
