using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>A side of a name that a client's socket holds.</summary>
/// <param name="Name">The name.</param>
/// <param name="Side">0 or 1.</param>
/// <param name="Secret">Of its join.</param>
/// <param name="Pair">The pair that the socket is an end of.</param>
/// <param name="Placement">Where the pair grain should live.</param>
/// <param name="Waits">The other client has not come.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameHold")]
internal sealed record NameHold(
    [property: Id(0)] string Name,
    [property: Id(1)] int Side,
    [property: Id(2)] Guid Secret,
    [property: Id(3)] PairId Pair,
    [property: Id(4)] SiloAddress Placement,
    [property: Id(5)] bool Waits);
