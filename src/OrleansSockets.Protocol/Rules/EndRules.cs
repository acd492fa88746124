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
    bool AutoReplyToClose, bool LimitCloseReason, bool PedanticCloseCodes, bool ReportListenerExceptions);
