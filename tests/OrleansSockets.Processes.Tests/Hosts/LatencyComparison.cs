using System.Diagnostics;
using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>Compares the p99 of messages while the tables are frozen with that of the same messages while they are not.</summary>
/// <remarks>
/// The p99 of one long span says little on a small machine: one pause of a few milliseconds, of a collector or of another process, decides
/// it. So time is cut into many short windows with some 1,200 messages each, and the medians of their p99s are compared: what happens in a
/// few windows does not count, what a freeze does to all of them does. Both kinds lie around each other in time, for the machine's speed
/// drifts. If the medians are further apart than the bound allows, they are made more exact by further, shorter freezes, whose windows are
/// added to the same two sets; nothing that was measured is thrown away.
/// </remarks>
internal sealed class LatencyComparison(Latencies latencies, Azurite tables, CancellationToken cancellation)
{
    private const double Bound = 1.2;
    private const int FurtherRounds = 10;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FurtherSpan = TimeSpan.FromSeconds(4);

    private readonly List<(long From, long To)> _frozen = [];
    private readonly List<(long From, long To)> _thawed = [];

    public bool IsWithinBound => Median(_frozen) <= Bound * Median(_thawed);

    public Task RunThawedAsync(TimeSpan span) => RunAsync(_thawed, span);

    public async Task RunFrozenAsync(TimeSpan span, Func<Task> meanwhile)
    {
        await tables.FreezeAsync();
        try
        {
            var running = RunAsync(_frozen, span);
            await meanwhile();
            await running;
        }
        finally
        {
            await tables.ThawAsync();
        }
    }

    public async Task RunUntilClearAsync()
    {
        for (var round = 0; round < FurtherRounds && !IsWithinBound; round++)
        {
            await RunFrozenAsync(FurtherSpan, () => Task.CompletedTask);
            await RunThawedAsync(FurtherSpan);
        }
    }

    public override string ToString() =>
        $"p99 {Median(_frozen):0.00} ms frozen ({_frozen.Count} windows), {Median(_thawed):0.00} ms not frozen ({_thawed.Count} windows): "
            + $"{Median(_frozen) / Median(_thawed):0.00} x";

    private async Task RunAsync(List<(long From, long To)> windows, TimeSpan span)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < span)
        {
            var from = Stopwatch.GetTimestamp();
            await Task.Delay(Window, TimeProvider.System, cancellation);
            windows.Add((from, Stopwatch.GetTimestamp()));
        }
    }

    private double Median(List<(long From, long To)> windows)
    {
        double[] sorted = [.. windows.Select(window => latencies.Percentile(99, window.From, window.To).TotalMilliseconds).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
