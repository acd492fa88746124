using System.Diagnostics.Metrics;

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

    /// <summary>Starts the instruments that are read.</summary>
    /// <param name="pairs">Pairs with an end or a relay here.</param>
    /// <param name="bufferedBytes">What all ends hold.</param>
    /// <param name="outages">For each link that is down: to which silo, for how long, through which third one.</param>
    public void Observe(
        Func<int> pairs, Func<long> bufferedBytes, Func<IEnumerable<(SiloAddress To, TimeSpan For, SiloAddress? Through)>> outages)
    {
        _meter.CreateObservableUpDownCounter(OrleansSocketsDiagnostics.ActivePairs, pairs, "{pair}");
        _meter.CreateObservableGauge(OrleansSocketsDiagnostics.BufferedBytes, bufferedBytes, "By");
        _meter.CreateObservableGauge(OrleansSocketsDiagnostics.LinkOutages, () => outages().Select(OutageOf), "s");
    }

    private static Measurement<double> OutageOf((SiloAddress To, TimeSpan For, SiloAddress? Through) link) => new(
        Math.Max(0, link.For.TotalSeconds),
        new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.LinkTag, $"{link.To.Endpoint}"),
        new KeyValuePair<string, object?>(
            OrleansSocketsDiagnostics.DetourTag, link.Through is { } through ? $"{through.Endpoint}" : "none"));

    public void EndFinished(string outcome) =>
        _finishedEnds.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void Reattached() => _reattachments.Add(1);

    public void BudgetMet(string outcome) =>
        _budgetMet.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void FrameSkipped(string outcome) =>
        _linkFramesSkipped.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.OutcomeTag, outcome));

    public void WorkFailed(string work) => _faults.Add(1, new KeyValuePair<string, object?>(OrleansSocketsDiagnostics.WorkTag, work));

    public void BatchSent(int bytes)
    {
        _linkBatches.Add(1);
        _linkBytes.Add(bytes);
    }
}
