using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>The answer of a name's home.</summary>
/// <param name="Outcome">What became of the join.</param>
/// <param name="Version">The cluster as the home sees it.</param>
/// <param name="Pair">Joined: the pair.</param>
/// <param name="Placement">Joined: the silo of the first joiner, where the pair grain should live.</param>
/// <param name="FreeIn">Gone: so long the name rests.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameReply")]
internal sealed record NameReply(
    [property: Id(0)] NameOutcome Outcome,
    [property: Id(1)] long Version = 0,
    [property: Id(2)] PairId Pair = default,
    [property: Id(3)] SiloAddress? Placement = null,
    [property: Id(4)] TimeSpan FreeIn = default);
