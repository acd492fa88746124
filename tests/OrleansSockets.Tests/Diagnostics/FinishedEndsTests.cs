using System.Diagnostics.Metrics;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Tests.Diagnostics;

/// <summary>An end is counted once, however much happens at its end.</summary>
[Collection(OneSilo.Collection)]
public sealed class FinishedEndsTests : IDisposable
{
    private readonly OneSilo _one;
    private readonly List<string?> _outcomes = [];
    private readonly MeterListener _meters = new();

    public FinishedEndsTests(OneSilo one)
    {
        _one = one;
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == OrleansSocketsDiagnostics.FinishedEnds)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, _, tags, _) => _outcomes.Add(tags[0].Value as string));
        _meters.Start();
    }

    public void Dispose() => _meters.Dispose();

    [Theory]
    [InlineData(false, "lost")]
    [InlineData(true, "closed")]
    public async Task End_WhosePeerIsLost_IsCountedOnce(bool closesBefore, string outcome)
    {
        WebSocketPair? pair = null;
        await _one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Client.Release();
        });
        var log = new EventLog(pair!.Server);
        if (closesBefore)
        {
            pair.Server.Close(1000);
        }

        // Nobody claims the other end.
        _one.Time.Advance(TimeSpan.FromSeconds(30));
        await log.WaitForAsync(1);
        pair.Server.Close(1000);
        await _one.PairGoneAsync(pair.Server);

        Assert.Equal([outcome], _outcomes);
    }
}
