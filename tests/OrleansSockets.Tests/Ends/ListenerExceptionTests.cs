using Microsoft.Extensions.Logging;

namespace OrleansSockets.Tests.Ends;

/// <summary>Rows E-63 to E-70 and H-21 to H-23 of PROTOCOL.md at a running end; "off" is the time before 2026-09-15.</summary>
[Collection(OneSilo.Collection)]
public sealed class ListenerExceptionTests(OneSilo one)
{
    private const string Off = "default";
    private const string On = OneSilo.Reported;
    private const string Drop = "close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open";
    private static readonly AcceptOptions HalfOpen = new() { AllowHalfOpen = true };

    [Fact]
    public async Task E70_MessageListenersThrow_AllRunThenTheEndFailsWithTheFirst()
    {
        var (context, reports) = Watched(On);
        var (client, server) = await one.AcceptedPairAsync(context);
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnMessage(_ => throw new InvalidOperationException("one"));
        server.OnMessage(_ => server.Send("still goes out"));
        server.OnMessage(_ => throw new InvalidOperationException("two"));
        client.Send("x");
        client.Send("never heard");
        await one.IdleAsync();

        Assert.Equal(["message x", "error Other one in Closed"], serverLog.Lines);
        Assert.Equal(["message still goes out", Drop], clientLog.Lines);
        Assert.Equal(["message one", "message two"], reports);
        AssertLogged(server, (401, "one"), (401, "two"));
    }

    [Fact]
    public async Task E69_MessageListenerThrows_TheOthersAreNotCalledAndNothingIsReported()
    {
        var (context, reports) = Watched(Off);
        var (client, server) = await one.AcceptedPairAsync(context);
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnMessage(_ => throw new InvalidOperationException("one"));
        server.OnMessage(_ => throw new InvalidOperationException("two"));
        client.Send("x");
        await one.IdleAsync();

        Assert.Equal(["message x", "error Other one in Closed"], serverLog.Lines);
        Assert.Equal([Drop], clientLog.Lines);
        Assert.Empty(reports);
        AssertLogged(server, (401, "one"));
    }

    [Fact]
    public async Task E68_CloseListenerThrows_HalfOpenEndMayStillReply()
    {
        var (context, reports) = Watched(On);
        var (client, server) = await AcceptedAsync(context, HalfOpen);
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        client.Close(4000, "bye");
        await one.IdleAsync();
        Assert.Equal(["close 4000 'bye' clean in Closing"], serverLog.Lines);
        Assert.Equal(ReadyState.Closing, server.ReadyState);

        server.Send("tail");
        server.Close(4001, "done");
        await one.IdleAsync();
        Assert.Equal(["message tail", "close 4001 'done' clean in Closed"], clientLog.Lines);
        Assert.Equal(["close boom"], reports);
        AssertLogged(server, (401, "boom"));
    }

    [Fact]
    public async Task E68_CloseListenerThrows_AnotherOneReplies()
    {
        var (client, server) = await AcceptedAsync(one.CreateContext(On), HalfOpen);
        var clientLog = new EventLog(client);
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        server.OnClose(e => server.Close(e.Code, "seen"));
        client.Close(4000, "bye");
        await one.IdleAsync();
        Assert.Equal(["close 4000 'seen' clean in Closed"], clientLog.Lines);
    }

    [Fact]
    public async Task E68_CloseListenerThrows_WithAutomaticReplyTheEndIsOverAsUsual()
    {
        var (client, server) = await one.AcceptedPairAsync(one.CreateContext(On));
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        client.Close(4000, "bye");
        await one.IdleAsync();
        Assert.Equal(["close 4000 'bye' clean in Closed"], serverLog.Lines);
        Assert.Equal(["close 4000 'bye' clean in Closed"], clientLog.Lines);
        Assert.Equal(WebSocketPairErrorKind.SendAfterClose, Assert.Throws<WebSocketPairException>(() => server.Send("x")).Kind);

        // E-61, E-60: it was heard.
        Assert.Equal(WebSocketPairErrorKind.AlreadyUsedInResponse, Assert.Throws<WebSocketPairException>(() => server.Accept()).Kind);
    }

    [Theory]
    [InlineData(On, ReadyState.Closing)]
    [InlineData(Off, ReadyState.Open)]
    public async Task E68_CloseListenerOfADropThrows_LeavesTheStateOfItsDate(string deployment, ReadyState after)
    {
        var (context, reports) = Watched(deployment);
        var (client, server) = await one.AcceptedPairAsync(context);
        var serverLog = new EventLog(server);
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        client.Abort();
        await one.IdleAsync();
        Assert.Equal([Drop], serverLog.Lines);
        Assert.Equal(after, server.ReadyState);
        Assert.Equal(deployment == On ? ["close boom"] : [], reports);
        AssertLogged(server, (401, "boom"));
    }

    [Theory]
    [InlineData(On, 1)]
    [InlineData(Off, 0)]
    public async Task H18_ErrorListenerThrows_IsSwallowedAndReportedByDate(string deployment, int others)
    {
        var (context, reports) = Watched(deployment);
        var (client, server) = await one.AcceptedPairAsync(context);
        var clientLog = new EventLog(client);
        var called = 0;
        server.OnMessage(_ => throw new InvalidOperationException("boom"));
        server.OnError(_ => throw new InvalidOperationException("again"));
        server.OnError(_ => called++);
        client.Send("x");
        await one.IdleAsync();
        Assert.Equal((others, ReadyState.Closed), (called, server.ReadyState));
        Assert.Equal([Drop], clientLog.Lines);
        Assert.Equal(deployment == On ? ["message boom", "error again"] : [], reports);
        AssertLogged(server, (401, "boom"), (401, "again"));
    }

    [Theory]
    [InlineData(On)]
    [InlineData(Off)]
    public async Task H19_TaskOfAMessageListenerFails_EndsNothingAndIsReported(string deployment)
    {
        var (context, reports) = Watched(deployment);
        var (client, server) = await one.AcceptedPairAsync(context);
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnMessage(async e =>
        {
            if (e.Data.Text == "late")
            {
                await Task.Yield();
            }

            throw new InvalidOperationException($"{e.Data} boom");
        });
        server.OnMessage(e => server.Send($"second {e.Data}"));
        client.Send("late");
        client.Send("early");
        client.Close(4000, "bye");
        await one.IdleAsync();

        Assert.Equal(["message late", "message early", "close 4000 'bye' clean in Closed"], serverLog.Lines);
        Assert.Equal(["message second late", "message second early", "close 4000 'bye' clean in Closed"], clientLog.Lines);
        Assert.Equal(["rejected message late boom", "rejected message early boom"], reports);
        AssertLogged(server, (402, "late boom"), (402, "early boom"));
    }

    [Theory]
    [InlineData(On)]
    [InlineData(Off)]
    public async Task H19_TasksOfCloseAndErrorListenersFail_ChangeNoState(string deployment)
    {
        var (context, reports) = Watched(deployment);
        var (client, closed) = await AcceptedAsync(context, HalfOpen);
        closed.OnClose(_ => Task.FromException(new InvalidOperationException("of close")));
        client.Close(4000);
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closing, closed.ReadyState);
        closed.Close(4001);

        var (gone, dropped) = await one.AcceptedPairAsync(context);
        dropped.OnClose(_ => Task.FromException(new InvalidOperationException("of drop")));
        gone.Abort();
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closing, dropped.ReadyState);

        var (peer, failed) = await one.AcceptedPairAsync(context);
        var peerLog = new EventLog(peer);
        failed.OnMessage(_ => throw new InvalidOperationException("boom"));
        failed.OnError(_ => Task.FromException(new InvalidOperationException("of error")));
        peer.Send("x");
        await one.IdleAsync();
        Assert.Equal([Drop], peerLog.Lines);

        Assert.Equal(
            ["rejected close of close", "rejected close of drop", "rejected error of error"],
            reports.Where(report => report != "message boom"));
        AssertLogged(closed, (402, "of close"));
        AssertLogged(dropped, (402, "of drop"));
        AssertLogged(failed, (401, "boom"), (402, "of error"));
    }

    [Fact]
    public async Task H19_AsyncListenerThrowsBeforeItReturnsItsTask_HasThrown()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var serverLog = new EventLog(server);
        server.OnMessage(Task (_) => throw new InvalidOperationException("boom"));
        client.Send("x");
        await one.IdleAsync();
        Assert.Equal(["message x", "error Other boom in Closed"], serverLog.Lines);
        AssertLogged(server, (401, "boom"));
    }

    [Fact]
    public async Task Listener_ThrowsWhileTheTaskOfAnEarlierOneGoesOn_TheEndFailsAtOnce()
    {
        var (context, reports) = Watched(On);
        var (client, server) = await one.AcceptedPairAsync(context);
        var clientLog = new EventLog(client);
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnMessage(_ => never.Task);
        server.OnMessage(_ => throw new InvalidOperationException("boom"));
        client.Send("x");
        Assert.Equal([Drop], await clientLog.WaitForCloseAsync());

        never.SetException(new InvalidOperationException("late"));
        await one.IdleAsync();
        Assert.Equal(["message boom", "rejected message late"], reports);
    }

    [Fact]
    public async Task OnUnhandledListenerException_HandlersOfContextAndSilo_HearUntilDisposed()
    {
        List<string> calls = [];
        var context = one.CreateContext(On);
        var (client, server) = await one.AcceptedPairAsync(context);
        var failing = context.OnUnhandledListenerException(_ => throw new InvalidOperationException("the handler's own"));
        var registration = context.OnUnhandledListenerException(
            e => calls.Add($"context {e.End == server} {e.Type} {e.Error.Message} {e.IsRejection}"));
        void OfSilo(UnhandledListenerExceptionEvent e) => calls.Add($"silo {e.Error.Message}");
        one.ListenerFailed += OfSilo;
        try
        {
            server.OnMessage(async e =>
            {
                await Task.Yield();
                throw new InvalidOperationException(e.Data.Text);
            });
            client.Send("first");
            await one.IdleAsync();
            failing.Dispose();
            registration.Dispose();
            client.Send("second");
            await one.IdleAsync();
        }
        finally
        {
            one.ListenerFailed -= OfSilo;
        }

        Assert.Equal(["context True message first True", "silo first", "silo second"], calls);
        Assert.Contains(
            one.Log.With("A handler of UnhandledListenerException threw"), line => line.Exception?.Message == "the handler's own");
    }

    // A context with what it reported: the event, and whether a task failed.
    private (WebSocketContext Context, List<string> Reports) Watched(string deployment)
    {
        List<string> reports = [];
        var context = one.CreateContext(deployment);
        context.OnUnhandledListenerException(e => reports.Add($"{(e.IsRejection ? "rejected " : "")}{e.Type} {e.Error.Message}"));
        return (context, reports);
    }

    private static async Task<(WebSocketEnd Client, WebSocketEnd Server)> AcceptedAsync(WebSocketContext context, AcceptOptions options)
    {
        WebSocketPair? pair = null;
        await context.RunAsync(() =>
        {
            pair = new WebSocketPair();
            pair.Client.Accept();
            pair.Server.Accept(options);
        });
        return (pair!.Client, pair.Server);
    }

    private void AssertLogged(WebSocketEnd end, params (int Id, string Message)[] expected)
    {
        var lines = one.Log.With($"end 1 of pair {end.PairId}").Where(line => line.Id > 400).ToArray();
        Assert.Equal(expected, lines.Select(line => (line.Id, line.Exception!.Message)));
        Assert.All(lines, line => Assert.Equal(LogLevel.Error, line.Level));
    }
}
