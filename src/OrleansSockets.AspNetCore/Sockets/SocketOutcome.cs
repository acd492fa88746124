namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>How a socket ended.</summary>
internal enum SocketOutcome : byte
{
    /// <summary>Both Closes passed.</summary>
    Closed,

    /// <summary>The client was gone.</summary>
    Dropped,

    /// <summary>The peer was gone, or wanted no answer.</summary>
    PeerGone,

    /// <summary>The client broke the protocol.</summary>
    Violation,

    /// <summary>A limit of time was over.</summary>
    Reset,
}
