namespace OrleansSockets.Rules;

/// <summary>What the owner of the pair does after a step.</summary>
[Flags]
internal enum PairEffects : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Refuse the attach.</summary>
    Reject = 1,

    /// <summary>Tell the client end, behind what waits for it, that its peer is gone: 1006, not clean.</summary>
    NotifyLostToClient = 2,

    /// <summary>Tell the server end, behind what waits for it, that its peer is gone: 1006, not clean.</summary>
    NotifyLostToServer = 4,

    /// <summary>The pair is finished: detach both hosts and deactivate. Emitted exactly once.</summary>
    Finish = 8,
}

/// <summary>The outcome of an event.</summary>
/// <param name="State">The state from now on; it is settled before the effects are performed.</param>
/// <param name="Effects">What the owner does.</param>
internal readonly record struct PairStep(PairState State, PairEffects Effects);
