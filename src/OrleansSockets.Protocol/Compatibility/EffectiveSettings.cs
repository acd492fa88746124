using OrleansSockets.Rules;

namespace OrleansSockets.Compatibility;

/// <summary>Whether one feature is on, and why.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="Enabled">Whether it is on.</param>
/// <param name="Reason">Such as "on, because the date 2026-05-01 is on or after 2026-04-07".</param>
public sealed record FeatureDecision(string Feature, bool Enabled, string Reason);

/// <summary>What date and flags come to.</summary>
/// <param name="AutoReplyToClose">An accepted end answers the peer's Close by itself, unless it chose half-open.</param>
/// <param name="BinaryAsBlob">The default label of an end's binary messages is "blob", not "arraybuffer".</param>
/// <param name="LimitCloseReason">A close reason above <see cref="CloseReason.MaxBytes"/> bytes is refused.</param>
/// <param name="PermessageDeflate">Compression may be negotiated with clients (RFC 7692).</param>
/// <param name="LargeMessages">Messages up to 128 MiB instead of 32 MiB.</param>
/// <param name="PedanticCloseCodes">Only 1000 and 3000 to 4999 may be sent.</param>
/// <param name="ReportListenerExceptions">
/// All listeners of an event run although one throws, each exception is reported, and only that of a message's listener ends the socket.
/// Otherwise an exception ends the event's dispatch.
/// </param>
/// <param name="IoTasksPreventEviction">Known, without effect.</param>
/// <param name="PropertiesOnPrototype">Known, without effect: there is no prototype.</param>
/// <param name="Decisions">The reason for each of them, in the order of the parameters.</param>
public sealed record EffectiveSettings(
    bool AutoReplyToClose,
    bool BinaryAsBlob,
    bool LimitCloseReason,
    bool PermessageDeflate,
    bool LargeMessages,
    bool PedanticCloseCodes,
    bool ReportListenerExceptions,
    bool IoTasksPreventEviction,
    bool PropertiesOnPrototype,
    IReadOnlyList<FeatureDecision> Decisions)
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>The part that decides how an end behaves.</summary>
    internal EndRules EndRules => new(AutoReplyToClose, LimitCloseReason, PedanticCloseCodes, ReportListenerExceptions);

    /// <summary>The longest message in bytes, inclusive.</summary>
    public int MaxMessageSize => LargeMessages ? 128 * Mebibyte : 32 * Mebibyte;
}
