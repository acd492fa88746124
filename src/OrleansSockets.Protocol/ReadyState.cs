namespace OrleansSockets;

/// <summary>
/// The state of one end as its owner sees it. It depends on that end's own view alone: what it has sent, received and suffered,
/// never on whether the peer was accepted. Values are those of the WebSocket standard's <c>readyState</c>.
/// </summary>
public enum ReadyState
{
    /// <summary>An outbound socket that has not got its 101 response yet. The ends of a pair are never in this state.</summary>
    Connecting = 0,

    /// <summary>No Close was sent or received. An end of a pair starts here, before it is accepted.</summary>
    Open = 1,

    /// <summary>A Close was sent or received, but not both; or the peer vanished without one. It may last for good.</summary>
    Closing = 2,

    /// <summary>Both Closes have passed, or the end has failed.</summary>
    Closed = 3,
}
