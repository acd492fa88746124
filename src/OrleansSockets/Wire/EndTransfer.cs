namespace OrleansSockets.Wire;

/// <summary>All that an end is, on its way to its next host: nothing is lost, and nothing is sent twice.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.EndTransfer")]
internal sealed record EndTransfer
{
    [Id(0)] public required PairId Pair { get; init; }

    [Id(1)] public required int Side { get; init; }

    /// <summary>What its pair grain knows it by.</summary>
    [Id(2)] public required Guid Secret { get; init; }

    [Id(3)] public PairEpoch Epoch { get; init; }

    [Id(4)] public SiloAddress? Owner { get; init; }

    [Id(5)] public SiloAddress? PeerHost { get; init; }

    /// <summary>Its settings, for life.</summary>
    [Id(6)] public required string Deployment { get; init; }

    [Id(7)] public long Revision { get; init; }

    [Id(8)] public int Rules { get; init; }

    [Id(9)] public int MaxMessageSize { get; init; }

    [Id(10)] public BinaryType BinaryType { get; init; }

    /// <summary>The end's Close was sent.</summary>
    [Id(11)] public bool HasClosed { get; init; }

    /// <summary>Its own stream: the number of the next frame, and what the peer has not consumed.</summary>
    [Id(12)] public long NextSequence { get; init; }

    [Id(13)] public FrameTransfer[] Kept { get; init; } = [];

    /// <summary>The peer's stream: consumed up to here; what came behind it comes again.</summary>
    [Id(14)] public long Consumed { get; init; }

    [Id(15)] public int Window { get; init; }

    /// <summary>A message whose last chunk has not arrived, up to <see cref="Received"/>; null: there is none.</summary>
    [Id(16)] public byte[]? Unfinished { get; init; }

    [Id(17)] public long Received { get; init; }
}
