namespace OrleansSockets.Rules;

/// <summary>What may happen to a pair.</summary>
internal enum PairEventKind : byte
{
    /// <summary>The host of that side attached, for the first time or again.</summary>
    Attach,

    /// <summary>The host of that side went away and is expected back.</summary>
    Detach,

    /// <summary>That side has sent its Close.</summary>
    CloseSent,

    /// <summary>
    /// That side has ended without a Close, and reads no more: its socket dropped or broke the protocol, or its handler threw.
    /// </summary>
    AbortSent,

    /// <summary>The stream <em>from</em> that side was consumed to its end by the receiver.</summary>
    Consumed,

    /// <summary>The host of that side is dead.</summary>
    HostLost,

    /// <summary>Nobody claimed that side in time.</summary>
    ClaimTimeout,

    /// <summary>The host of that side did not attach again in time.</summary>
    ReattachTimeout,
}

/// <summary>An event at one side of a pair.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Side">Where.</param>
internal readonly record struct PairEvent(PairEventKind Kind, Side Side);
