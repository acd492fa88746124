using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>An edge asks for a side of a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Side">0 or 1.</param>
/// <param name="Holder">The silo of the client's socket.</param>
/// <param name="Secret">Made for this join: asked again with it, the answer is the same; whoever leaves has to know it.</param>
/// <param name="Version">The cluster as the holder sees it.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameJoin")]
internal sealed record NameJoin(
    [property: Id(0)] string Name,
    [property: Id(1)] int Side,
    [property: Id(2)] SiloAddress Holder,
    [property: Id(3)] Guid Secret,
    [property: Id(4)] long Version);

internal enum NameOutcome
{
    /// <summary>The side is the caller's.</summary>
    Joined,

    /// <summary>That side has a client.</summary>
    Taken,

    /// <summary>The pair of that name ended a short time ago, because its clients wanted it to.</summary>
    Gone,

    /// <summary>Another silo answers for the name.</summary>
    Moved,

    /// <summary>The cluster has changed, and not every edge has said yet which names it holds.</summary>
    Unsettled,
}

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
