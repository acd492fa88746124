using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Testing;
using OrleansSockets.Timelines;

namespace OrleansSockets.Tests.Contexts;

/// <summary>Exceptions that come from no listener: a context that they reach goes on.</summary>
public sealed class FaultTests
{
    /// <summary>
    /// Where the clock fails: when the Close is answered, when it is noted that a listener threw, or when the drop behind it is sent.
    /// </summary>
    [Theory]
    [InlineData("close", 1)]
    [InlineData("throw", 1)]
    [InlineData("throw", 2)]
    [InlineData("throw later", 2)]
    public async Task H22_FaultAtAnEnd_EndsItsPairAndTheContextGoesOn(string then, int reading)
    {
        var (clock, log) = (new FailingClock(), new RecordedLog());
        await using var cluster = await StartAsync(clock, log);
        var context = cluster.Silos[0].Pairs.CreateContext();
        WebSocketPair? pair = null;
        WebSocketPair? other = null;
        await context.RunAsync(() =>
        {
            (pair, other) = (new WebSocketPair(), new WebSocketPair());
            foreach (var end in new[] { pair.Client, pair.Server, other.Client, other.Server })
            {
                end.Accept();
            }
        });
        var (client, server) = (pair!.Client, pair.Server);
        var (clientLog, serverLog, otherLog) = (new EventLog(client), new EventLog(server), new EventLog(other!.Server));
        server.OnMessage(async _ =>
        {
            if (then == "throw later")
            {
                await Task.Yield();
            }
        });
        server.OnMessage(_ =>
        {
            clock.FailAt(reading);
            if (then != "close")
            {
                throw new InvalidOperationException("the listener's own");
            }
        });
        server.OnError(async _ =>
        {
            if (then == "throw later")
            {
                await Task.Yield();
            }
        });
        await context.RunAsync(() =>
        {
            client.Send("x");
            if (then == "close")
            {
                client.Close(4000);
            }
        });

        Assert.StartsWith("close 1006", Assert.Single(await clientLog.WaitForCloseAsync()), StringComparison.Ordinal);
        Assert.Contains(serverLog.Lines, line => line.StartsWith("error Other", StringComparison.Ordinal));
        Assert.Equal(ReadyState.Closed, server.ReadyState);
        Assert.Contains(
            Timeline(server),
            entry => entry is { Side: 1, Cause: PairCause.Failed, What: "failed: a fault of its host (TimeZoneNotFoundException)" });
        Assert.Contains(
            log.With($"A fault outside of listeners ended end 1 of pair {client.PairId}"),
            line => line is { Id: 404, Level: LogLevel.Error });

        other.Client.Send("still heard");
        Assert.Equal(["message still heard"], await otherLog.WaitForAsync(1));
        await cluster.WaitForIdleAsync();
    }

    [Fact]
    public async Task Turn_Throws_IsLoggedAndTheNextOneRuns()
    {
        var log = new RecordedLog();
        await using var cluster = await StartAsync(new FailingClock(), log);
        var context = cluster.Silos[0].Pairs.CreateContext();
        context.Post(() => throw new InvalidOperationException("of a turn"));
        Assert.Equal(2, await context.RunAsync(() => Task.FromResult(2)));
        await cluster.WaitForIdleAsync();
        Assert.Equal("of a turn", Assert.Single(log.With("A turn of a context failed outside of any listener")).Exception!.Message);
    }

    private static PairTimelineEntry[] Timeline(WebSocketEnd end)
    {
        using (end.Core.Pair.Gate.Enter())
        {
            return end.Core.Pair.Timeline.ToArray();
        }
    }

    private static Task<PairTestCluster> StartAsync(FailingClock clock, RecordedLog log) => PairTestCluster.StartAsync(1, options =>
    {
        options.FakeTime = clock;
        options.ConfigureSilo(silo => silo.Services.AddSingleton<ILoggerProvider>(log));
    });

    /// <summary>A clock that fails once. Timelines ask it, in the middle of what an end does.</summary>
    private sealed class FailingClock() : FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero))
    {
        private int _readings;

        public void FailAt(int reading) => _readings = reading;

        public override DateTimeOffset GetUtcNow() =>
            _readings > 0 && --_readings == 0 ? throw new TimeZoneNotFoundException("The clock failed.") : base.GetUtcNow();
    }
}
