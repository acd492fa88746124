namespace OrleansSockets.Rules;

/// <summary>How one direction of a pair was ended by its sender.</summary>
internal enum StreamPhase : byte
{
    /// <summary>More may come.</summary>
    Open,

    /// <summary>Its Close was sent. Nothing comes after it.</summary>
    Closed,

    /// <summary>It ended without a Close.</summary>
    Aborted,
}

/// <summary>One direction of a pair.</summary>
/// <param name="Phase">How its sender ended it.</param>
/// <param name="Finished">Its Close or abort was dispatched at the receiver, or written to a socket, or nobody is left to receive
/// it.</param>
internal readonly record struct StreamState(StreamPhase Phase, bool Finished);
