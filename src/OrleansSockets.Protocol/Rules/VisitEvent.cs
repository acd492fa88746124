namespace OrleansSockets.Rules;

/// <summary>What may happen to an activation of a session.</summary>
internal enum VisitEventKind : byte
{
    /// <summary>A host has handed its sockets over, has none, or is not waited for any longer.</summary>
    Answered,

    /// <summary>A host has them with an activation of another epoch, which is not below this one's.</summary>
    Refused,

    /// <summary>Nothing has been under way for long enough. <see cref="VisitEvent.Hosts"/> are asked whether anything has come.</summary>
    Idle,

    /// <summary>A host says that nothing has come.</summary>
    Quiet,

    /// <summary>A call, a handler, a client: something is under way. A host that says so, or does not answer, is one, too.</summary>
    Busy,

    /// <summary>A host has handed the sockets to a later activation.</summary>
    Superseded,

    /// <summary>The activation ends, for whatever reason.</summary>
    End,
}

/// <summary>An event at an activation.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Epoch">Refused and Superseded: the other one's. Answered and Quiet: that of the question.</param>
/// <param name="Hosts">Refused and Idle: how many hosts are asked.</param>
internal readonly record struct VisitEvent(VisitEventKind Kind, VisitEpoch Epoch = default, int Hosts = 0);
