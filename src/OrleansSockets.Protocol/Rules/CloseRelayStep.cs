namespace OrleansSockets.Rules;

/// <summary>A Close to send on a leg.</summary>
/// <param name="Code">The code; null is a Close without payload.</param>
/// <param name="Reason">The reason, at most <see cref="CloseReason.MaxBytes"/> bytes of UTF-8.</param>
internal readonly record struct RelayedClose(int? Code, string Reason);

/// <summary>What else the owner of two coupled ends does after a step.</summary>
[Flags]
internal enum CloseRelayEffects : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Start the time-out for the other leg's answer.</summary>
    StartTimer = 1,

    /// <summary>End leg A without waiting for its peer, behind what was sent to it.</summary>
    AbortA = 2,

    /// <summary>End leg B without waiting for its peer, behind what was sent to it.</summary>
    AbortB = 4,

    /// <summary>Nothing more passes; the timer is of no use any more. Emitted exactly once.</summary>
    Finish = 8,
}

/// <summary>The outcome of an event at two coupled ends.</summary>
/// <param name="State">The state from now on; it is settled before the rest is performed.</param>
/// <param name="ToA">A Close to send on leg A, behind the messages that were relayed to it.</param>
/// <param name="ToB">A Close to send on leg B, behind the messages that were relayed to it.</param>
/// <param name="Effects">What else to do, behind the Closes.</param>
internal readonly record struct CloseRelayStep(CloseRelayState State, RelayedClose? ToA, RelayedClose? ToB, CloseRelayEffects Effects);
