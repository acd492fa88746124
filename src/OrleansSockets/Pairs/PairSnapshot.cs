using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>What one silo knows of a pair; if <paramref name="IsDone"/>, as it was at the end.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairHostSnapshot")]
internal sealed record PairHostSnapshot(
    [property: Id(0)] SiloAddress Silo,
    [property: Id(1)] EndSnapshot[] Ends,
    [property: Id(2)] PairTimelineEntry[] Timeline,
    [property: Id(3)] bool IsDone);

/// <summary>One end as its host sees it.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.EndSnapshot")]
internal sealed record EndSnapshot(
    [property: Id(0)] int Side,
    [property: Id(1)] ReadyState ReadyState,
    [property: Id(2)] string Phase,
    [property: Id(3)] string Deployment,
    [property: Id(4)] long Revision,
    [property: Id(5)] long QueuedBytes);

/// <summary>A pair, from its grain and the hosts of its ends.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairSnapshot")]
internal sealed record PairSnapshot(
    [property: Id(0)] PairId Pair,
    [property: Id(1)] SiloAddress Owner,
    [property: Id(2)] PairEpoch Epoch,
    [property: Id(3)] PairHostSnapshot[] Hosts);
