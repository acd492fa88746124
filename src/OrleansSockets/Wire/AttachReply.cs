namespace OrleansSockets.Wire;

/// <summary>The pair grain's answer to <see cref="AttachRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AttachReply")]
internal sealed record AttachReply
{
    [Id(0)] public required AttachOutcome Outcome { get; init; }

    [Id(1)] public PairEpoch Epoch { get; init; }

    /// <summary>The silo of the activation.</summary>
    [Id(2)] public SiloAddress? Owner { get; init; }

    [Id(3)] public PeerView? Peer { get; init; }

    public static AttachReply Failed(AttachOutcome outcome) => new() { Outcome = outcome };
}
