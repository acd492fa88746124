namespace OrleansSockets.Rules;

/// <summary>What a host of a session's sockets knows of the session.</summary>
internal enum HostingPhase : byte
{
    /// <summary>Nobody has its sockets, and nothing has come that it must hear.</summary>
    Asleep,

    /// <summary>Something has come; an activation is asked for.</summary>
    Waking,

    /// <summary>An activation has its sockets.</summary>
    Visited,
}
