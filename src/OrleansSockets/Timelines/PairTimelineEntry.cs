namespace OrleansSockets.Timelines;

/// <summary>One line of a pair's timeline. Holds no payload.</summary>
/// <param name="Time">When, by the silo's clock.</param>
/// <param name="Side">Which end; -1 for the pair grain.</param>
/// <param name="What">In plain words.</param>
/// <param name="Code">A Close code, if one belongs to it.</param>
/// <param name="Cause">What it says about the end of an end.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairTimelineEntry")]
internal readonly record struct PairTimelineEntry(
    [property: Id(0)] DateTimeOffset Time,
    [property: Id(1)] int Side,
    [property: Id(2)] string What,
    [property: Id(3)] int? Code,
    [property: Id(4)] PairCause Cause = PairCause.None);
