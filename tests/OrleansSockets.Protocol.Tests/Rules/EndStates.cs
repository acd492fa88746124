using OrleansSockets.Rules;

namespace OrleansSockets.Protocol.Tests.Rules;

/// <summary>Ends in the states that the rows speak of.</summary>
internal static class EndStates
{
    public static readonly EndRules Auto = new(
        AutoReplyToClose: true, LimitCloseReason: true, PedanticCloseCodes: false, ReportListenerExceptions: false);
    public static readonly EndRules Reported = Auto with { ReportListenerExceptions = true };
    public static readonly EndRules Manual = Auto with { AutoReplyToClose = false };

    public static readonly EndState Connecting = EndState.Connecting;
    public static readonly EndState Pending = EndState.Initial;
    public static readonly EndState Accepted = Pending with { Phase = EndPhase.Accepted };
    public static readonly EndState HalfOpen = Accepted with { HalfOpen = true };
    public static readonly EndState Hibernatable = HalfOpen with { Phase = EndPhase.Hibernatable };
    public static readonly EndState Coupled = Pending with { Phase = EndPhase.Coupled };
    public static readonly EndState Released = Pending with { Phase = EndPhase.Released };

    /// <summary>Every state there is, reachable or not.</summary>
    public static IEnumerable<EndState> All =>
        from phase in Enum.GetValues<EndPhase>()
        from flags in Enumerable.Range(0, 32)
        select new EndState(phase, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, (flags & 16) != 0);

    /// <summary>Every combination of settings.</summary>
    public static IEnumerable<EndRules> AllRules =>
        from flags in Enumerable.Range(0, 16)
        select new EndRules((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0);
}
