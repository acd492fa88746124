using OrleansSockets.Sessions;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Page;

/// <summary>
/// An end that a person drives over a control socket, which is a session of its own. The key is unguessable: who knows it holds the end.
/// </summary>
[Alias("OrleansSockets.AspNetCore.IDrivenEnd")]
internal interface IDrivenEnd : IWebSocketSession
{
    /// <summary>Claims the end here, with the settings of a deployment.</summary>
    /// <returns>The silo where it now lives.</returns>
    [Alias("Hold")]
    Task<SiloAddress> HoldAsync(EndTicket ticket, string deployment);

    /// <summary>What the end and its silo know; null if no end is held.</summary>
    [Alias("Describe")]
    Task<DrivenEndSnapshot?> DescribeAsync();
}

/// <summary>An end that is held, and its silo's view of the pair.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AspNetCore.DrivenEndSnapshot")]
internal sealed record DrivenEndSnapshot(
    [property: Id(0)] int Side,
    [property: Id(1)] ReadyState ReadyState,
    [property: Id(2)] PairHostSnapshot? Host);
