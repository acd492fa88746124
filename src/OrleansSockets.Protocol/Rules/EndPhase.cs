namespace OrleansSockets.Rules;

/// <summary>Who listens to an end. The Closes are not part of it, for they may pass in any phase and order.</summary>
internal enum EndPhase : byte
{
    /// <summary>An outbound socket waits for its 101 response.</summary>
    Connecting,

    /// <summary>Nobody listens yet. What the peer sends waits.</summary>
    Pending,

    /// <summary>Code listens to it.</summary>
    Accepted,

    /// <summary>A session holds it and may sleep between events. It never replies to a Close by itself.</summary>
    Hibernatable,

    /// <summary>A network socket or another end is joined to it.</summary>
    Coupled,

    /// <summary>Given away, to be claimed elsewhere.</summary>
    Released,
}
