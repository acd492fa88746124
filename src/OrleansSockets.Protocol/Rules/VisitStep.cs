namespace OrleansSockets.Rules;

/// <summary>What the activation does after a step.</summary>
[Flags]
internal enum VisitEffects : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Ask all hosts for the sockets, with the epoch of the state.</summary>
    Ask = 1,

    /// <summary>All sockets are there: the session's own code runs.</summary>
    Start = 2,

    /// <summary>Ask all hosts whether anything has come.</summary>
    Offer = 4,

    /// <summary>End the activation.</summary>
    Deactivate = 8,

    /// <summary>Tell all hosts, behind all that was sent, that the sockets are theirs again.</summary>
    Leave = 16,
}

/// <summary>The outcome of an event.</summary>
/// <param name="State">The state from now on; it is settled before the effects are performed.</param>
/// <param name="Effects">What the activation does.</param>
internal readonly record struct VisitStep(VisitState State, VisitEffects Effects);
