namespace OrleansSockets.Timelines;

/// <summary>What a line of a timeline says about how an end came to its end; for programs that explain it.</summary>
internal enum PairCause : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>This end sent a Close.</summary>
    Closed,

    /// <summary>This end is gone without a Close.</summary>
    Gone,

    /// <summary>The other end is gone: this one sees 1006.</summary>
    PeerLost,

    /// <summary>What the edge saw of the end of this end's socket.</summary>
    SocketEnded,

    /// <summary>A listener of this end threw, or its peer's client broke the protocol.</summary>
    Failed,

    /// <summary>This end was closed with 1013, because a message of the other one was not finished in time or within the budget.</summary>
    Unfinished,

    /// <summary>Nobody claimed this end in time.</summary>
    NotClaimed,

    /// <summary>Nobody accepted this end in time.</summary>
    NotAccepted,

    /// <summary>This end and its pair grain did not find each other any more.</summary>
    NotAttached,

    /// <summary>The silo of this end is lost.</summary>
    NodeLost,

    /// <summary>An administrator ended the pair.</summary>
    Administrator,

    /// <summary>The silo of this end was not reached from the other's for too long, though it may live.</summary>
    LinkDown,

    /// <summary>What the silo of this end sent could not be read.</summary>
    Unreadable,
}
