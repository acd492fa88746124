using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;
using OrleansSockets.Sessions;
using OrleansSockets.Testing;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

/// <summary>A silo whose budget is 1 MiB, with default send buffers.</summary>
public sealed class UnfinishedMessagesTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;
    private const string Closed = "close 1013 'A message was not finished.' clean in Closed";

    private readonly FakeTimeProvider _time = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _counted = new();
    private PairTestCluster _cluster = null!;

    private TestSilo Silo => _cluster.Silos[0];

    public async ValueTask InitializeAsync()
    {
        _cluster = await PairTestCluster.StartAsync(1, options =>
        {
            options.FakeTime = _time;
            options.ConfigurePairs(pairs => pairs.MaxBufferedBytes = Mebibyte);
        });

        // Of this silo alone: others of this process have meters of the same name.
        var meters = Silo.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == OrleansSocketsDiagnostics.BudgetMet && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _counted.Enqueue($"{count} {tags[0].Value}"));
        _listener.Start();
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Unfinished_LongerThanItsTime_BothEndsSee1013AndOthersGoOn()
    {
        var (slow, fine) = (await PairAsync(), await PairAsync());
        Begin(slow.Client, 100);
        Begin(fine.Client, 100);
        Silo.Get<UnfinishedMessages>().Look();
        Pass(TimeSpan.FromMinutes(4));
        Assert.Empty(slow.Log.Lines);
        Finish(fine.Client);
        Begin(fine.Client, 100);
        Pass(TimeSpan.FromMinutes(1));

        Assert.Equal([Closed], await slow.Log.WaitForAsync(1));
        Assert.Equal([Closed], await slow.ClientLog.WaitForAsync(1));
        Assert.Equal(["1 timeout"], _counted);
        Assert.Contains(
            slow.Server.Core.Pair.Timeline.ToArray(),
            entry => entry is { Cause: PairCause.Unfinished, Code: 1013 } && entry.What.Contains(
                "OrleansSocketsOptions.UnfinishedMessageTimeout (00:05:00)", StringComparison.Ordinal));
        Finish(fine.Client);
        Assert.Equal(2, (await fine.Log.WaitForAsync(2)).Length);
    }

    [Fact]
    public async Task Unfinished_WhileItsReceiverIsBusy_TakesNoneOfItsTime()
    {
        var pair = await PairAsync();
        TaskCompletionSource release = new();
        pair.Server.OnMessage(_ => release.Task);
        Silo.Get<UnfinishedMessages>().Look();
        pair.Client.Send("keeps the receiver busy");
        Begin(pair.Client, 100);
        Silo.Get<UnfinishedMessages>().Look();
        Pass(TimeSpan.FromHours(1));
        release.SetResult();
        Finish(pair.Client);
        Assert.All(await pair.Log.WaitForAsync(2), line => Assert.StartsWith("message", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unfinished_BudgetMetForAMoment_NothingIsClosed()
    {
        // Nobody else looks.
        Silo.Get<UnfinishedMessages>().Dispose();
        var pair = await PairAsync();
        Begin(pair.Client, 600 * 1024);
        Silo.Hub.Host.Budget.Add(Mebibyte);
        Silo.Get<UnfinishedMessages>().Look();
        Silo.Hub.Host.Budget.Add(-Mebibyte);
        Silo.Get<UnfinishedMessages>().Look();
        Silo.Hub.Host.Budget.Add(Mebibyte);
        Silo.Get<UnfinishedMessages>().Look();
        Assert.Equal(ReadyState.Open, pair.Server.ReadyState);

        Silo.Hub.Host.Budget.Add(-Mebibyte);
        Finish(pair.Client);
        Assert.StartsWith("message", (await pair.Log.WaitForAsync(1))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfinished_SeveralOfOneSize_TheOldestIsClosed()
    {
        Silo.Get<UnfinishedMessages>().Dispose();
        var (young, old) = (await PairAsync(), await PairAsync());
        Begin(old.Client, 300 * 1024);
        Silo.Get<UnfinishedMessages>().Look();
        Pass(TimeSpan.FromSeconds(1));
        Begin(young.Client, 300 * 1024);
        Silo.Hub.Host.Budget.Add(Mebibyte - Silo.Hub.Host.Budget.HeldBytes);
        Silo.Get<UnfinishedMessages>().Look();
        Silo.Get<UnfinishedMessages>().Look();

        Assert.Equal([Closed], await old.Log.WaitForAsync(1));
        Assert.Equal(ReadyState.Open, young.Server.ReadyState);
        Finish(young.Client);
        Assert.StartsWith("message", (await young.Log.WaitForAsync(1))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfinished_BudgetMetForAWhile_TheLargestAreClosed()
    {
        var (small, large) = (await PairAsync(), await PairAsync());
        Begin(small.Client, 400 * 1024);
        Begin(large.Client, 800 * 1024);

        // Both ends are here, and what is under way is counted at both.
        Assert.InRange(Silo.Hub.Host.Budget.HeldBytes, Mebibyte, Mebibyte * 3 / 2);
        Silo.Get<UnfinishedMessages>().Look();
        Silo.Get<UnfinishedMessages>().Look();
        Assert.Equal([Closed], await large.Log.WaitForAsync(1));
        Assert.Equal([Closed], await large.ClientLog.WaitForAsync(1));
        Assert.Equal(["1 closed"], _counted);
        Assert.Contains(
            large.Server.Core.Pair.Timeline.ToArray(),
            entry => entry.Cause == PairCause.Unfinished && entry.What.Contains(
                "OrleansSocketsOptions.MaxBufferedBytes is 1048576", StringComparison.Ordinal));

        Finish(small.Client);
        Assert.StartsWith("message", (await small.Log.WaitForAsync(1))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfinished_WithheldAndRoomForOne_TheOlderGoesOnThenTheOther()
    {
        Silo.Get<UnfinishedMessages>().Dispose();
        var (young, old) = (await PairAsync(), await PairAsync());
        Begin(old.Client, 100 * 1024);
        Silo.Get<UnfinishedMessages>().Look();
        Pass(TimeSpan.FromSeconds(1));
        Begin(young.Client, 100 * 1024);
        Silo.Hub.Host.Budget.Add(Mebibyte);
        foreach (var (client, _, server, _) in new[] { young, old })
        {
            Say(client, new byte[PairFrame.MaxChunk], first: false, last: false);
            Assert.True(IsWithheld(server));
        }

        Silo.Hub.Host.Budget.Add(Mebibyte - 1 - Silo.Hub.Host.Budget.HeldBytes);
        Silo.Get<UnfinishedMessages>().Look();
        Assert.False(IsWithheld(old.Server));
        Assert.True(IsWithheld(young.Server));

        Silo.Get<UnfinishedMessages>().Look();
        Assert.False(IsWithheld(young.Server));
        Finish(young.Client);
        Assert.StartsWith("message", (await young.Log.WaitForAsync(1))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Look_WhoHasBegunToWaitTooLate_TriesAgain()
    {
        Silo.Get<UnfinishedMessages>().Dispose();
        var room = Silo.Hub.Host.Budget.WaitForRoom();
        Assert.False(room.IsCompleted);
        Silo.Get<UnfinishedMessages>().Look();
        Assert.True(room.IsCompleted);
    }

    [Fact]
    public async Task Send_BudgetMet_IsRefusedWithASentenceAndSendAsyncWaits()
    {
        WebSocketPair? pair = null;
        Task? waits = null;
        await Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            pair.Server.Accept();
            pair.Server.Send(new byte[Mebibyte * 3 / 4]);
            var refused = Assert.Throws<WebSocketPairException>(() => pair.Server.Send(new byte[Mebibyte / 2]));
            Assert.Equal(WebSocketPairErrorKind.BufferFull, refused.Kind);
            Assert.Contains("OrleansSocketsOptions.MaxBufferedBytes is 1048576", refused.Message, StringComparison.Ordinal);
            Assert.Equal(WebSocketSendOutcome.BufferFull, pair.Server.TrySend(new WebSocketMessage(false, new byte[Mebibyte / 2])));
            Assert.Equal(["1 refused", "1 refused"], _counted);
            waits = pair.Server.SendAsync(new byte[Mebibyte / 2]);
            pair.Server.Send("needs no budget");
        });
        Assert.False(waits!.IsCompleted);

        List<int> lengths = [];
        pair!.Client.OnMessage(e => lengths.Add(e.Data.Bytes.Length));
        pair.Client.Accept();
        await waits;
        await _cluster.WaitForIdleAsync();
        Assert.Equal([Mebibyte * 3 / 4, 15, Mebibyte / 2], lengths);
        Assert.Equal(0, Silo.Hub.Host.Budget.HeldBytes);
    }

    private static void Begin(WebSocketEnd end, int length)
    {
        for (var first = true; length > 0; first = false)
        {
            Say(end, new byte[Math.Min(length, PairFrame.MaxChunk)], first, last: false);
            length -= PairFrame.MaxChunk;
        }
    }

    private static bool IsWithheld(WebSocketEnd receiver) => receiver.Core.In.Unfinished!.IsWithheld;

    private static void Finish(WebSocketEnd end) => Say(end, [], first: false, last: true);

    private static void Say(WebSocketEnd end, byte[] payload, bool first, bool last)
    {
        using (end.Core.Pair.Gate.Enter())
        {
            end.Core.Send(new PairFrame(0, PairFrameKind.Binary, first, last, 0, payload));
        }
    }

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        Silo.Get<UnfinishedMessages>().Look();
    }

    private async Task<(WebSocketEnd Client, EventLog ClientLog, WebSocketEnd Server, EventLog Log)> PairAsync()
    {
        WebSocketPair? pair = null;
        EndTicket? ticket = null;
        EventLog? log = null;
        await Silo.RunAsync(_ =>
        {
            pair = new WebSocketPair();
            log = new EventLog(pair.Server);
            pair.Server.Accept();
            ticket = pair.Client.Release();
        });
        var client = await Silo.Pairs.ClaimAsync(ticket!, TestContext.Current.CancellationToken);
        var clientLog = new EventLog(client);
        client.Accept();
        await _cluster.WaitForIdleAsync();
        return (client, clientLog, pair!.Server, log!);
    }
}
