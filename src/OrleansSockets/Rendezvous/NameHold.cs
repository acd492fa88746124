using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>A side of a name that a client's socket holds.</summary>
/// <param name="Name">The name.</param>
/// <param name="Side">0 or 1.</param>
/// <param name="Secret">Of its join.</param>
/// <param name="Pair">The pair that the socket is an end of.</param>
/// <param name="Placement">Where the pair grain should live.</param>
/// <param name="Waits">The other client has not come.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameHold")]
internal sealed record NameHold(
    [property: Id(0)] string Name,
    [property: Id(1)] int Side,
    [property: Id(2)] Guid Secret,
    [property: Id(3)] PairId Pair,
    [property: Id(4)] SiloAddress Placement,
    [property: Id(5)] bool Waits);

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

/// <summary>The answer to an announcement.</summary>
/// <param name="Version">The cluster as the home sees it.</param>
/// <param name="Stray">The secrets of those that wait for nobody: their pair is not the one that the name stands for.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameAnswer")]
internal sealed record NameAnswer([property: Id(0)] long Version, [property: Id(1)] Guid[] Stray);

/// <summary>A socket that held a side has ended.</summary>
/// <param name="Name">The name.</param>
/// <param name="Side">0 or 1.</param>
/// <param name="Secret">Of its join.</param>
/// <param name="Ending">How.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameLeave")]
internal sealed record NameLeave(
    [property: Id(0)] string Name,
    [property: Id(1)] int Side,
    [property: Id(2)] Guid Secret,
    [property: Id(3)] NameEnding Ending);

internal enum NameEnding
{
    /// <summary>It never became an end of the pair, or nobody came to the other side: the pair lives on without it.</summary>
    Unmet,

    /// <summary>Two had met, and this client ended it: the name rests for a while.</summary>
    ByClient,

    /// <summary>Two had met; the other side or a server ended it: the name is free.</summary>
    ByOthers,
}
