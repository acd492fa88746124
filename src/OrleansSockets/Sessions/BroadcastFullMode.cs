namespace OrleansSockets.Sessions;

/// <summary>What a broadcast does with a socket whose send buffer is full, because its client does not keep up.</summary>
public enum BroadcastFullMode
{
    /// <summary>The socket misses this message.</summary>
    Skip,

    /// <summary>
    /// The socket is closed with <see cref="CloseCode.TryAgainLater"/> (1013), for clients that had better connect again than miss a
    /// message. What was sent to it before still goes out.
    /// </summary>
    Close,
}
