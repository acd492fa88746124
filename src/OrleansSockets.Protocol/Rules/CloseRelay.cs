namespace OrleansSockets.Rules;

/// <summary>
/// The rules of two coupled ends (a proxy's two legs): how the Close or the loss of one reaches the peer of the other. Half-open: a leg's
/// Close ends only its own direction, and the other side's answer travels back with its own code. Pure and total; rows R-… of
/// PROTOCOL.md.
/// </summary>
internal static class CloseRelay
{
    /// <summary>
    /// What a peer is told if the other side is lost: "internal error", for no code says "lost" and may be sent (1006 may not).
    /// </summary>
    public const int DefaultLostCode = CloseCode.InternalError;

    /// <summary>The reason that goes with the code for a lost side.</summary>
    public const string LostReason = "The other side disconnected without sending a Close frame.";

    /// <summary>The reason that goes with the code for a side that did not answer in time.</summary>
    public const string SilentReason = "The other side did not answer the Close in time.";

    /// <summary>A leg got its peer's Close.</summary>
    /// <param name="state">The couple.</param>
    /// <param name="leg">0 or 1.</param>
    /// <param name="code">The peer's code; null or 1005 if it sent none.</param>
    /// <param name="reason">The peer's reason.</param>
    /// <param name="lostCode">The code for what cannot be passed on.</param>
    public static CloseRelayStep Closed(CloseRelayState state, int leg, int? code, string reason, int lostCode = DefaultLostCode) =>
        state.Leg(leg) is RelayLegPhase.Open
            ? End(state, leg, RelayLegPhase.Closed, Pass(code, reason, lostCode))
            : Nothing(state);

    /// <summary>A leg's peer is gone without a Close, or broke the protocol.</summary>
    /// <param name="state">The couple.</param>
    /// <param name="leg">0 or 1.</param>
    /// <param name="lostCode">The code that the other side is told.</param>
    public static CloseRelayStep Dropped(CloseRelayState state, int leg, int lostCode = DefaultLostCode) => state.Leg(leg) switch
    {
        RelayLegPhase.Open => End(state, leg, RelayLegPhase.Dropped, new(lostCode, LostReason)),
        // Its Close was passed on before; only the answer will find nobody.
        RelayLegPhase.Closed => Nothing(state.With(leg, RelayLegPhase.Dropped)),
        _ => Nothing(state),
    };

    /// <summary>
    /// The time-out that <see cref="CloseRelayEffects.StartTimer"/> started has run out: a silent side must not hold the other one for
    /// ever.
    /// </summary>
    /// <param name="state">The couple.</param>
    /// <param name="lostCode">The code that the waiting side is told.</param>
    public static CloseRelayStep TimedOut(CloseRelayState state, int lostCode = DefaultLostCode) => (state.A, state.B) switch
    {
        (RelayLegPhase.Open, not RelayLegPhase.Open) => Cut(state, 0, CloseRelayEffects.AbortA, lostCode),
        (not RelayLegPhase.Open, RelayLegPhase.Open) => Cut(state, 1, CloseRelayEffects.AbortB, lostCode),
        // Both have answered while the timer fired, or nobody has closed.
        _ => Nothing(state),
    };

    private static CloseRelayStep Cut(CloseRelayState state, int leg, CloseRelayEffects abort, int lostCode)
    {
        var cut = End(state, leg, RelayLegPhase.Dropped, new(lostCode, SilentReason));
        return cut with { Effects = cut.Effects | abort };
    }

    private static CloseRelayStep End(CloseRelayState state, int leg, RelayLegPhase phase, RelayedClose close)
    {
        var other = state.Leg(1 - leg);
        RelayedClose? told = other is RelayLegPhase.Dropped ? null : close;
        return new(
            state.With(leg, phase),
            ToA: leg == 1 ? told : null,
            ToB: leg == 0 ? told : null,
            other is RelayLegPhase.Open ? CloseRelayEffects.StartTimer : CloseRelayEffects.Finish);
    }

    private static RelayedClose Pass(int? code, string reason, int lostCode) => code switch
    {
        null or CloseCode.NoStatus => new(null, string.Empty),
        // A strange code may have been received, but nobody who keeps to RFC 6455 sends one.
        { } given => new(CloseCode.MayBeSent(given, pedantic: false) ? given : lostCode, Shorten(reason)),
    };

    private static string Shorten(string reason)
    {
        if (CloseReason.Fits(reason))
        {
            return reason;
        }

        var bytes = 0;
        var length = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > CloseReason.MaxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return reason[..length];
    }

    private static CloseRelayStep Nothing(CloseRelayState state) => new(state, null, null, CloseRelayEffects.None);
}
