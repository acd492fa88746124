namespace OrleansSockets.Rules;

/// <summary>What may happen to a session's sockets at one of their hosts.</summary>
internal enum HostingEventKind : byte
{
    /// <summary>A socket has something that the session must hear. Also asked when the sockets were taken back and hold such.</summary>
    News,

    /// <summary>An activation asks for the sockets.</summary>
    Take,

    /// <summary>An activation has left, behind all that it sent.</summary>
    Leave,

    /// <summary>The node of the activation that has the sockets is lost, or out of reach.</summary>
    Lose,

    /// <summary>The wake did not come to a taking activation; its time to be tried again has come.</summary>
    Retry,
}

/// <summary>An event at one of the hosts.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Epoch">Take and Leave: the activation's.</param>
internal readonly record struct HostingEvent(HostingEventKind Kind, VisitEpoch Epoch = default);
