using Microsoft.Extensions.Logging;
using OrleansSockets.Ends;
using OrleansSockets.Links;

namespace OrleansSockets.Pairs;

/// <summary>When the silo stops: accepted ends that live here send 1012, and the links get a moment to carry it.</summary>
internal sealed partial class PairDrain(PairHub hub, SiloLinks links, TimeProvider pace, ILogger<PairDrain> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    // A link that takes longer is on its way to be down.
    private readonly TimeSpan _limit = hub.Host.Options.LinkTimeout / 2;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(PairDrain), ServiceLifecycleStage.Active, _ => Task.CompletedTask, StopAsync);

    private async Task StopAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            // Nobody waits for the silo any more: it goes as if it had crashed.
            return;
        }

        var closed = 0;
        foreach (var pair in hub.Pairs)
        {
            foreach (var end in pair.Ends)
            {
                closed += Close(pair, end) ? 1 : 0;
            }
        }

        LogClosed(logger, closed);
        var started = pace.GetTimestamp();
        while (!links.IsIdle && pace.GetElapsedTime(started) < _limit && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(Poll, pace, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool Close(Pair pair, End end)
    {
        const string Reason = "The node is shutting down; connect again.";
        if (end.Consumer is EndDispatcher dispatcher)
        {
            dispatcher.Owner.ForceClose(CloseCode.ServiceRestart, Reason);
            return true;
        }

        // Of a session that sleeps.
        using (pair.Gate.Enter())
        {
            return end.ForceClose(CloseCode.ServiceRestart, Reason);
        }
    }

    [LoggerMessage(110, LogLevel.Information, "The silo stops: {Count} accepted ends were closed with 1012")]
    private static partial void LogClosed(ILogger logger, int count);
}
