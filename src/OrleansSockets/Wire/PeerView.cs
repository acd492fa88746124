namespace OrleansSockets.Wire;

/// <summary>What an end learns of its peer from the pair grain.</summary>
/// <param name="Version">Orders views of one epoch: the reply of a call and a frame on the link can overtake each other.</param>
/// <param name="Host">The peer's silo; null while nobody is attached there.</param>
/// <param name="Consumed">The peer consumed this end's stream up to here.</param>
/// <param name="Window">The window that the peer grants.</param>
/// <param name="ReadsNoMore">The peer consumed this end's stream to its end, or reads no more of it.</param>
/// <param name="Lost">The peer is gone for good.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PeerView")]
internal readonly record struct PeerView(
    [property: Id(0)] long Version,
    [property: Id(1)] SiloAddress? Host,
    [property: Id(2)] long Consumed,
    [property: Id(3)] int Window,
    [property: Id(4)] bool ReadsNoMore,
    [property: Id(5)] bool Lost);
