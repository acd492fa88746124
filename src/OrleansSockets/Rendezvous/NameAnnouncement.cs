namespace OrleansSockets.Rendezvous;

/// <summary>What a silo holds of the names of one home.</summary>
/// <param name="Holder">The silo.</param>
/// <param name="Version">The cluster as it sees it.</param>
/// <param name="IsComplete">These are all; else those that wait, to be looked at again.</param>
/// <param name="Holds">The sides.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameAnnouncement")]
internal sealed record NameAnnouncement(
    [property: Id(0)] SiloAddress Holder,
    [property: Id(1)] long Version,
    [property: Id(2)] bool IsComplete,
    [property: Id(3)] NameHold[] Holds);
