namespace OrleansSockets.Wire;

/// <summary>Frames that travel together from one silo to another.</summary>
/// <param name="From">The sending silo, with its generation: a restarted silo is another sender.</param>
/// <param name="Number">From 1, without gaps: Orleans keeps no order between calls, so the receiver does.</param>
/// <param name="Frames">Written by <see cref="LinkBatchWriter"/>.</param>
/// <param name="Version">The wire version of the frames. A silo that knows of none leaves it at 0.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.LinkBatch")]
internal sealed record LinkBatch(
    [property: Id(0)] SiloAddress From,
    [property: Id(1)] long Number,
    [property: Id(2)] ReadOnlyMemory<byte> Frames,
    [property: Id(3)] int Version);
