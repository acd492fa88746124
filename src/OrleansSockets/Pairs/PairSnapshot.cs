using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>A pair, from its grain and the hosts of its ends.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairSnapshot")]
internal sealed record PairSnapshot(
    [property: Id(0)] PairId Pair,
    [property: Id(1)] SiloAddress Owner,
    [property: Id(2)] PairEpoch Epoch,
    [property: Id(3)] PairHostSnapshot[] Hosts);
