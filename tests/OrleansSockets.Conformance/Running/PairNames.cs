using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Running;

/// <summary>The two ends of one pair of a scenario by their names; a client stands for the end that its socket is joined to.</summary>
internal sealed record PairNames(string Client, string Server)
{
    /// <summary>The pairs of a topology in the order in which a placement numbers them.</summary>
    public static IReadOnlyList<PairNames> Of(Topology topology) => topology switch
    {
        Topology.Remote => [new("c", "s")],
        Topology.Local or Topology.Split => [new("a", "b")],
        Topology.Relay => [new("c1", "s1"), new("c2", "s2")],
        Topology.Proxy => [new("c", "f"), new("u", "s")],
        Topology.Room => [.. EndNames.Clients(topology).Zip(
            EndNames.WorkerEnds(topology), (client, server) => new PairNames(client, server))],
        Topology.Config => [],
        _ => throw new ArgumentOutOfRangeException(nameof(topology)),
    };
}
