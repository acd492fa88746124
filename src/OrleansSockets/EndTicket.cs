using OrleansSockets.Wire;

namespace OrleansSockets;

/// <summary>
/// The right to claim a released end, once. It can be serialized, sent in grain calls and stored; whoever holds it can take the end, so
/// treat it as a secret. Made by <see cref="WebSocketEnd.Release"/>, used with <see cref="IWebSocketPairFactory.ClaimAsync"/> until
/// <see cref="Deadline"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.EndTicket")]
public sealed record EndTicket
{
    internal EndTicket(PairId pair, int side, Guid secret, DateTimeOffset deadline, SiloAddress? home, SiloAddress? placement)
    {
        Pair = pair;
        Side = side;
        Secret = secret;
        Deadline = deadline;
        Home = home;
        Placement = placement;
    }

    /// <summary>The end of the pair: 0 is the client's, 1 the server's.</summary>
    [Id(1)]
    public int Side { get; private set; }

    /// <summary>After this time the end is given up and its peer sees 1006.</summary>
    [Id(3)]
    public DateTimeOffset Deadline { get; private set; }

    [Id(0)]
    internal PairId Pair { get; private set; }

    [Id(2)]
    internal Guid Secret { get; private set; }

    /// <summary>The silo that constructed the pair and still holds its live object; null for a pair that never had one.</summary>
    [Id(4)]
    internal SiloAddress? Home { get; private set; }

    /// <summary>Where the pair grain should live.</summary>
    [Id(5)]
    internal SiloAddress? Placement { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => $"end {Side} of pair {Pair}";
}
