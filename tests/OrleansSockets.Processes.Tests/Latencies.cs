using System.Diagnostics;

namespace OrleansSockets.Processes.Tests;

/// <summary>How long messages were under way. Times are <see cref="Stopwatch"/>'s.</summary>
internal sealed class Latencies
{
    private readonly Lock _gate = new();
    private readonly List<(long Sent, long Took)> _messages = [];

    public void Add(long sent, long received)
    {
        lock (_gate)
        {
            _messages.Add((sent, received - sent));
        }
    }

    /// <summary>Of the messages that were sent in a span of time.</summary>
    public TimeSpan Percentile(double percent, long from, long to)
    {
        long[] took;
        lock (_gate)
        {
            took = [.. _messages.Where(message => message.Sent >= from && message.Sent < to).Select(message => message.Took).Order()];
        }

        return Stopwatch.GetElapsedTime(0, took[(int)Math.Ceiling(took.Length * percent / 100) - 1]);
    }
}
