using OrleansSockets.Conformance.Format;

namespace OrleansSockets.Conformance.Running;

/// <summary>Where one owner of ends runs.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="IsSession">A session grain; otherwise a context of the edge.</param>
internal sealed record ActorPlace(string Node, bool IsSession);

/// <summary>Where the parts of one run are, by names of nodes. What the plan says is forced, and checked against what was.</summary>
/// <param name="Clients">The edge of each client.</param>
/// <param name="Actors">The owners of the ends: <c>host</c>, and <c>front</c> of the topologies that have two.</param>
/// <param name="Pairs">The pair grains, in the order of <see cref="PairNames.Of"/>; <c>null</c>: the pair never leaves its context, it
/// needs no grain.</param>
/// <param name="Via">The session that only passes the host's response on.</param>
internal sealed record Plan(
    IReadOnlyDictionary<string, string> Clients,
    IReadOnlyDictionary<string, ActorPlace> Actors,
    IReadOnlyList<string?> Pairs,
    string? Via = null)
{
    public const string Host = "host";
    public const string Front = "front";

    public override string ToString() => string.Join(
        ", ",
        Clients.Select(client => $"{client.Key} on {client.Value}")
            .Concat(Actors.Select(actor => $"{actor.Key} {(actor.Value.IsSession ? "session" : "context")} on {actor.Value.Node}"))
            .Append(Via is null ? null : $"via {Via}")
            .Append($"pair on {string.Join(" and ", Pairs.Select(node => node ?? "no node"))}")
            .OfType<string>());

    /// <summary>The actor that owns an end.</summary>
    public static string ActorOf(Topology topology, string end) => topology switch
    {
        Topology.Split => end == "a" ? Front : Host,
        Topology.Proxy => end == "s" ? Host : Front,
        _ => Host,
    };
}
