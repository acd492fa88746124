namespace OrleansSockets.Conformance.Format;

/// <summary>The names that a topology gives to its ends and clients.</summary>
internal static class EndNames
{
    /// <summary>The other end of a served pair, while the script which made it still holds it.</summary>
    public const string Partner = "p";

    /// <summary>Where the errors of the global scope are recorded. It makes no calls.</summary>
    public const string Global = "global";

    /// <summary>The session of a room itself.</summary>
    public const string Object = "do";

    /// <summary>Clients that a room may have.</summary>
    public const int RoomClients = 9;

    public static IReadOnlyList<string> WorkerEnds(Topology topology) => topology switch
    {
        Topology.Remote => ["s"],
        Topology.Local or Topology.Split => ["a", "b"],
        Topology.Relay => ["s1", "s2"],
        Topology.Proxy => ["f", "u", "s"],
        Topology.Room => [.. Numbered("s")],
        Topology.Config => [],
        _ => throw new ArgumentOutOfRangeException(nameof(topology)),
    };

    public static IReadOnlyList<string> Clients(Topology topology) => topology switch
    {
        Topology.Remote or Topology.Proxy => ["c"],
        Topology.Relay => ["c1", "c2"],
        Topology.Room => [.. Numbered("c")],
        Topology.Local or Topology.Split or Topology.Config => [],
        _ => throw new ArgumentOutOfRangeException(nameof(topology)),
    };

    /// <summary>In a room, whatever a script calls the ends of its pairs.</summary>
    public static bool IsWorkerEnd(Topology topology, string name) => topology == Topology.Room
        ? !name.StartsWith('c')
        : WorkerEnds(topology).Contains(name) || (name == Partner && topology != Topology.Config);

    /// <summary>The end that went out in the response of a served end.</summary>
    public static string PartnerOf(Topology topology, string end) => topology == Topology.Room ? Partner + end[1..] : Partner + end;

    private static IEnumerable<string> Numbered(string letter) => Enumerable.Range(1, RoomClients).Select(number => $"{letter}{number}");

    public static bool IsClient(Topology topology, string name) => Clients(topology).Contains(name);
}
