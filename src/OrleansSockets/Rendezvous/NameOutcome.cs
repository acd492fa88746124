namespace OrleansSockets.Rendezvous;

internal enum NameOutcome
{
    /// <summary>The side is the caller's.</summary>
    Joined,

    /// <summary>That side has a client.</summary>
    Taken,

    /// <summary>The pair of that name ended a short time ago, because its clients wanted it to.</summary>
    Gone,

    /// <summary>Another silo answers for the name.</summary>
    Moved,

    /// <summary>The cluster has changed, and not every edge has said yet which names it holds.</summary>
    Unsettled,
}
