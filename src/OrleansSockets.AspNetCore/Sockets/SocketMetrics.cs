using System.Diagnostics.Metrics;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>The instruments of an edge.</summary>
internal sealed class SocketMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _ended;

    public SocketMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(OrleansSocketsDiagnostics.MeterName);
        _ended = _meter.CreateCounter<long>(EdgeDiagnostics.EndedSockets, "{socket}");
    }

    public void Observe(Func<int> count) => _meter.CreateObservableUpDownCounter(EdgeDiagnostics.ActiveSockets, count, "{socket}");

    public void Ended(SocketOutcome outcome) =>
        _ended.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome switch
    {
        SocketOutcome.Closed => "closed",
        SocketOutcome.Dropped => "dropped",
        SocketOutcome.PeerGone => "peer-gone",
        SocketOutcome.Violation => "violation",
        SocketOutcome.Reset => "reset",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Unknown outcome of a socket."),
    }));
}
