namespace OrleansSockets.Rules;

/// <summary>The effective settings that decide how an end behaves; an end keeps them for life.</summary>
/// <param name="AutoReplyToClose">Whether an end accepted without an explicit choice answers the peer's Close by itself.</param>
/// <param name="LimitCloseReason">Whether a close reason above <see cref="CloseReason.MaxBytes"/> bytes is refused.</param>
/// <param name="PedanticCloseCodes">Whether only 1000 and 3000 to 4999 may be sent.</param>
/// <param name="ReportListenerExceptions">
/// Whether a listener's exception is reported and the listeners behind it run all the same; otherwise it ends the event's dispatch. With
/// it, only a message's listener can make its end fail.
/// </param>
internal readonly record struct EndRules(
    bool AutoReplyToClose, bool LimitCloseReason, bool PedanticCloseCodes, bool ReportListenerExceptions)
{
    /// <summary>As bits, for another host of the end. Their places never change.</summary>
    public int Pack() => (AutoReplyToClose ? 1 : 0) | (LimitCloseReason ? 2 : 0) | (PedanticCloseCodes ? 4 : 0)
        | (ReportListenerExceptions ? 8 : 0);

    /// <inheritdoc cref="Pack"/>
    public static EndRules Unpack(int bits) => new((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
}
