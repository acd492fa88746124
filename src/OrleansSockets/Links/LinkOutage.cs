namespace OrleansSockets.Links;

/// <summary>A link that is down.</summary>
/// <param name="To">The silo that does not answer.</param>
/// <param name="Since">When it answered last.</param>
/// <param name="Through">The silo that frames and calls go through meanwhile; null: none that reaches it is known.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.LinkOutage")]
internal sealed record LinkOutage(
    [property: Id(0)] SiloAddress To, [property: Id(1)] DateTimeOffset Since, [property: Id(2)] SiloAddress? Through);
