using Microsoft.Extensions.Logging;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Contexts;

/// <summary>What contexts log. Never the data of an event.</summary>
internal static partial class ContextLog
{
    [LoggerMessage(401, LogLevel.Error, "A {Type} listener of end {Side:D} of pair {Pair} threw")]
    public static partial void ListenerThrew(ILogger logger, Exception exception, string type, Side side, string pair);

    [LoggerMessage(402, LogLevel.Error, "The task of a {Type} listener of end {Side:D} of pair {Pair} failed")]
    public static partial void ListenerTaskFailed(ILogger logger, Exception exception, string type, Side side, string pair);

    [LoggerMessage(403, LogLevel.Error, "A handler of UnhandledListenerException threw")]
    public static partial void ReportFailed(ILogger logger, Exception exception);

    [LoggerMessage(404, LogLevel.Error, "A fault outside of listeners ended end {Side:D} of pair {Pair}")]
    public static partial void EndFault(ILogger logger, Exception exception, Side side, PairId pair);

    [LoggerMessage(405, LogLevel.Error, "A turn of a context failed outside of any listener")]
    public static partial void TurnFault(ILogger logger, Exception exception);
}
