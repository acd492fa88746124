using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Tests.Diagnostics;

[Collection(OneSilo.Collection)]
public sealed class GuardedTimersTests(OneSilo one)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    [Fact]
    public void Callback_Throws_IsLoggedAndCountedAndTheTimerGoesOn()
    {
        List<string?> counted = [];
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == OrleansSocketsDiagnostics.Faults)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(tags[0].Value as string));
        meters.Start();
        var (calls, cleaned) = (0, 0);
        using (Timers.Create(one.Time, "a test of timers", Throw, Period, Period, Clean))
        {
            one.Time.Advance(Period);
            one.Time.Advance(Period);
        }

        Assert.Equal((2, 2), (calls, cleaned));
        Assert.Equal(
            ["a test of timers", "cleaning up after a test of timers", "a test of timers", "cleaning up after a test of timers"], counted);
        Assert.Equal(2, one.Log.With("A fault in a test of timers; it goes on").Length);

        void Throw()
        {
            calls++;
            throw new InvalidOperationException("a fault");
        }

        void Clean()
        {
            cleaned++;
            throw new InvalidOperationException("another one");
        }
    }

    [Fact]
    public async Task TimerOfAPair_Throws_BothEndsSee1006()
    {
        WebSocketPair? pair = null;
        await one.Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Client.Accept();
            pair.Server.Accept();
        });
        EventLog[] logs = [new(pair!.Client), new(pair.Server)];
        var core = pair.Client.Core.Pair;

        using var timer = core.StartTimer("a test of pairs", Period, () => throw new InvalidOperationException("a fault"));
        one.Time.Advance(Period);

        Assert.All(
            await Task.WhenAll(logs.Select(log => log.WaitForAsync(1))),
            lines => Assert.StartsWith("close 1006", lines[0], StringComparison.Ordinal));
        await one.PairGoneAsync(pair.Client);
    }

    private GuardedTimers Timers => one.Silo.Services.GetRequiredService<GuardedTimers>();
}
