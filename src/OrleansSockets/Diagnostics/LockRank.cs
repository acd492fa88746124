namespace OrleansSockets.Diagnostics;

/// <summary>
/// The order in which a thread takes locks. A lock of one rank is never waited for under one of a later rank, so no two threads wait for
/// each other. What is not named here is taken last, and nothing else is taken under it.
/// </summary>
internal enum LockRank
{
    /// <summary>Of what one silo sends: its frames are handed to pairs one by one.</summary>
    Inbox,

    /// <summary>Of a pair: its ends, their streams and its relay.</summary>
    Pair,

    /// <summary>Of a context's events and turns.</summary>
    Queue,

    /// <summary>Of a link's frames on their way out.</summary>
    Link,
}
