using OrleansSockets.Wire;

namespace OrleansSockets.Administration;

/// <summary>A pair as one silo knows it.</summary>
/// <param name="Pair">Which.</param>
/// <param name="Epoch">Of its grain, if it is active here.</param>
/// <param name="Host">The ends that live here, or did until the pair was over.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NodePairSnapshot")]
internal sealed record NodePairSnapshot(
    [property: Id(0)] PairId Pair,
    [property: Id(1)] PairEpoch? Epoch,
    [property: Id(2)] PairHostSnapshot Host);
