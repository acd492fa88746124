namespace OrleansSockets.Rules;

/// <summary>What an activation of a session does about the session's sockets.</summary>
internal enum VisitPhase : byte
{
    /// <summary>It asks the hosts for them; none of its code has run.</summary>
    Asking,

    /// <summary>It has them.</summary>
    Awake,

    /// <summary>Nothing of it is under way, and it asks the hosts whether anything has come.</summary>
    Offering,

    /// <summary>It has given them up; none of its code runs for them any more.</summary>
    Gone,
}

/// <summary>An activation of a session, with regard to its sockets.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Epoch">Its own.</param>
/// <param name="Awaited">Hosts whose answer is awaited: to its question for sockets, or to its offer to sleep.</param>
internal readonly record struct VisitState(VisitPhase Phase, VisitEpoch Epoch, int Awaited);
