using OrleansSockets.Links;

namespace OrleansSockets.Administration;

/// <summary>One silo in numbers.</summary>
/// <param name="Pairs">Pairs that have an end or their grain here; those that never left their context are not counted.</param>
/// <param name="Deployment">The one that new ends take if nothing else names one.</param>
/// <param name="Sockets">Open client sockets; null: it has no edge.</param>
/// <param name="IsDraining">Its edge closes its sockets and takes no new ones.</param>
/// <param name="Outages">Its links that are down; null from a node of an earlier version.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NodeSnapshot")]
internal sealed record NodeSnapshot(
    [property: Id(0)] int Pairs,
    [property: Id(1)] string Deployment,
    [property: Id(2)] int? Sockets,
    [property: Id(3)] bool IsDraining,
    [property: Id(4)] LinkOutage[]? Outages = null);
