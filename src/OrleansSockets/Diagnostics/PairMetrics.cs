using System.Diagnostics.Metrics;
using OrleansSockets.Links;
using OrleansSockets.Pairs;

namespace OrleansSockets.Diagnostics;

/// <summary>The instruments of a silo.</summary>
internal sealed class PairMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _finishedEnds;
    private readonly Counter<long> _reattachments;
    private readonly Counter<long> _budgetMet;
    private readonly Counter<long> _linkBatches;
    private readonly Counter<long> _linkBytes;
    private readonly Counter<long> _linkFramesSkipped;
    private readonly Counter<long> _faults;

    public PairMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(OrleansSocketsDiagnostics.MeterName);
        _finishedEnds = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.FinishedEnds, "{end}");
        _reattachments = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.Reattachments, "{attach}");
        _budgetMet = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.BudgetMet, "{message}");
        _linkBatches = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.LinkBatches, "{batch}");
        _linkBytes = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.LinkBytes, "By");
        _linkFramesSkipped = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.LinkFramesSkipped, "{frame}");
        _faults = _meter.CreateCounter<long>(OrleansSocketsDiagnostics.Faults, "{fault}");
    }

    /// <summary>Starts the instruments that read the hub.</summary>
    public void Observe(PairHub hub)
    {
        _meter.CreateObservableUpDownCounter(OrleansSocketsDiagnostics.ActivePairs, () => hub.Count, "{pair}");
        _meter.CreateObservableGauge(OrleansSocketsDiagnostics.BufferedBytes, () => hub.Budget.HeldBytes, "By");
        _meter.CreateObservableGauge(OrleansSocketsDiagnostics.LinkOutages, () => hub.Paths.Outages.Select(link => OutageOf(hub, link)), "s");
    }

    private static Measurement<double> OutageOf(PairHub hub, LinkOutage link) => new(
        Math.Max(0, (hub.Paths.Now - link.Since).TotalSeconds),
        new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.LinkTag, $"{link.To.Endpoint}"),
        new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.DetourTag, link.Through is { } through ? $"{through.Endpoint}" : "none"));

    public void EndFinished(string outcome) => _finishedEnds.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void Reattached() => _reattachments.Add(1);

    public void BudgetMet(string outcome) => _budgetMet.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void FrameSkipped(string outcome) =>
        _linkFramesSkipped.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void WorkFailed(string work) => _faults.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.WorkTag, work));

    public void BatchSent(int bytes)
    {
        _linkBatches.Add(1);
        _linkBytes.Add(bytes);
    }
}
