using Microsoft.Extensions.Logging;

namespace OrleansSockets.Diagnostics;

/// <summary>
/// Timers that outlive their callbacks' exceptions. What nobody catches in a timer ends the process, and with it every socket of the node.
/// </summary>
internal sealed partial class GuardedTimers(PairMetrics metrics, ILogger<GuardedTimers> logger)
{
    /// <summary>Starts one.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="work">What it does, for logs and meters.</param>
    /// <param name="callback">Does it.</param>
    /// <param name="due">The first time.</param>
    /// <param name="period">Between times.</param>
    /// <param name="failed">Cleans up after an exception.</param>
    public ITimer Create(TimeProvider clock, string work, Action callback, TimeSpan due, TimeSpan period, Action? failed = null) =>
        clock.CreateTimer(_ => Run(work, callback, failed), null, due, period);

    /// <summary>An exception that nobody expected.</summary>
    public void Failed(string work, Exception e)
    {
        metrics.WorkFailed(work);
        LogFailed(logger, e, work);
    }

    private void Run(string work, Action callback, Action? failed)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            Failed(work, e);
            if (failed is not null)
            {
                Run($"cleaning up after {work}", failed, null);
            }
        }
    }

    [LoggerMessage(130, LogLevel.Error, "A fault in {Work}; it goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception, string work);
}
