namespace OrleansSockets.Wire;

/// <summary>From the pair grain to the silo that constructed the pair: a released end is claimed.</summary>
/// <param name="Ticket">What <c>Release</c> gave.</param>
/// <param name="Claimer">The secret of the claiming end: the first one wins, and may ask again.</param>
/// <param name="Epoch">The grain's epoch.</param>
/// <param name="Owner">The grain's silo.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AdoptRequest")]
internal sealed record AdoptRequest(
    [property: Id(0)] EndTicket Ticket,
    [property: Id(1)] Guid Claimer,
    [property: Id(2)] PairEpoch Epoch,
    [property: Id(3)] SiloAddress Owner);
