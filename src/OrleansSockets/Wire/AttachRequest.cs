namespace OrleansSockets.Wire;

/// <summary>
/// What an end tells the pair grain when it attaches: all that a fresh activation needs to go on where the last one stopped.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AttachRequest")]
internal sealed record AttachRequest
{
    [Id(0)] public required PairId Pair { get; init; }

    [Id(1)] public required int Side { get; init; }

    /// <summary>The silo where the end lives.</summary>
    [Id(2)] public required SiloAddress Host { get; init; }

    /// <summary>Proves that the caller is the end that attached first.</summary>
    [Id(3)] public required Guid Secret { get; init; }

    [Id(4)] public PairEpoch KnownEpoch { get; init; }

    /// <summary>The end's incoming stream: consumed up to here, and the window it grants.</summary>
    [Id(5)] public long Consumed { get; init; }

    [Id(6)] public int Window { get; init; }

    /// <summary>The end's own stream, as far as it has come.</summary>
    [Id(7)] public bool OutEnded { get; init; }

    [Id(8)] public bool OutAborted { get; init; }

    [Id(9)] public bool OutFinished { get; init; }

    [Id(10)] public bool InFinished { get; init; }

    /// <summary>Where the other end lived when this one last heard of it.</summary>
    [Id(11)] public SiloAddress? PeerHost { get; init; }

    /// <summary>Set by the first attach of a released end.</summary>
    [Id(12)] public EndTicket? Ticket { get; init; }
}
