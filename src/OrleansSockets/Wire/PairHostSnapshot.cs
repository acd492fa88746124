using OrleansSockets.Timelines;

namespace OrleansSockets.Wire;

/// <summary>What one silo knows of a pair; if <paramref name="IsDone"/>, as it was at the end.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairHostSnapshot")]
internal sealed record PairHostSnapshot(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] EndSnapshot[] Ends,
    [property: Id(2)] PairTimelineEntry[] Timeline,
    [property: Id(3)] bool IsDone);
