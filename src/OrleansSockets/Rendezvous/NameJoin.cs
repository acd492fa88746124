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
