using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>Who holds a side of a name, as its home knows it.</summary>
/// <param name="Silo">Where the socket is.</param>
/// <param name="Secret">Of its join.</param>
/// <param name="Pair">The pair that it is an end of.</param>
/// <param name="Version">The cluster as the silo saw it when it last said so.</param>
internal sealed record NameHolder(SiloAddress Silo, Guid Secret, PairId Pair, long Version);
