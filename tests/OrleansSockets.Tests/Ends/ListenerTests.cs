namespace OrleansSockets.Tests.Ends;

[Collection(OneSilo.Collection)]
public sealed class ListenerTests(OneSilo one)
{
    [Fact]
    public async Task Accept_ListenersAddedLaterInTheTurn_LoseNothing()
    {
        List<string> received = [];
        await one.Silo.RunAsync(async _ =>
        {
            var (client, server) = new WebSocketPair();
            client.Accept();
            client.Send("first");
            server.Accept();
            client.Send("second");
            server.OnMessage(e => received.Add(e.Data.Text));
            await Task.CompletedTask;
            server.OnClose(e => received.Add($"close {e.Code}"));
            client.Close(3000);
        });
        await one.IdleAsync();
        Assert.Equal(["first", "second", "close 3000"], received);
    }

    [Fact]
    public async Task OnMessage_SeveralListeners_RunInTheOrderOfAdding()
    {
        List<string> calls = [];
        var (client, server) = await one.AcceptedPairAsync();
        server.AddEventListener("message", _ => calls.Add("a"));
        server.OnMessage(_ => calls.Add("b"));
        server.AddEventListener("message", _ => calls.Add("c"));
        client.Send("x");
        await one.IdleAsync();
        Assert.Equal(["a", "b", "c"], calls);
    }

    [Fact]
    public async Task Events_OfTwoEndsOfOneContext_TakeTurns()
    {
        List<string> calls = [];
        await one.Silo.RunAsync(async _ =>
        {
            await Task.CompletedTask;
            var (client, server) = new WebSocketPair();
            client.OnMessage(e => calls.Add($"client {e.Data}"));
            server.OnMessage(e => calls.Add($"server {e.Data}"));
            client.OnClose(_ => calls.Add("client closed"));
            client.Accept();
            server.Accept();
            server.Send("1");
            server.Send("2");
            client.Send("3");
            server.Close(3000);
            client.Send("4");
        });
        await one.IdleAsync();
        Assert.Equal(["client 1", "server 3", "client 2", "server 4", "client closed"], calls);
    }

    [Fact]
    public async Task AddEventListener_Once_IsCalledForOneEventAndMayAddItselfAgain()
    {
        List<string> calls = [];
        var (client, server) = await one.AcceptedPairAsync();
        server.AddEventListener("message", e => calls.Add($"once {e.Data}"), new EventListenerOptions { Once = true });
        void Again(SocketEvent e)
        {
            calls.Add($"again {e.Data}");
            server.AddEventListener("message", Again, new EventListenerOptions { Once = true });
        }

        server.AddEventListener("message", Again, new EventListenerOptions { Once = true });

        client.Send("1");
        client.Send("2");
        await one.IdleAsync();

        Assert.Equal(["once 1", "again 1", "again 2"], calls);
    }

    [Fact]
    public async Task AddEventListener_WithASignal_IsThereUntilItFires()
    {
        List<string> calls = [];
        using var signal = new CancellationTokenSource();
        var options = new EventListenerOptions { Signal = signal.Token };
        var (client, server) = await one.AcceptedPairAsync();
        server.AddEventListener("message", e => calls.Add($"{e.Data}"), options);

        client.Send("1");
        await one.IdleAsync();
        await signal.CancelAsync();
        server.AddEventListener("message", _ => calls.Add("too late"), options);
        client.Send("2");
        await one.IdleAsync();

        Assert.Equal(["1"], calls);
    }

    [Fact]
    public async Task AddEventListener_SameListenerTwice_IsCalledOnce()
    {
        var calls = 0;
        Action<SocketEvent> listener = _ => calls++;
        var (client, server) = await one.AcceptedPairAsync();
        server.AddEventListener("message", listener);
        server.AddEventListener("message", listener);
        client.Send("x");
        await one.IdleAsync();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task RemoveEventListener_SameDelegate_StopsIt()
    {
        var calls = 0;
        Action<SocketEvent> listener = _ => calls++;
        var (client, server) = await one.AcceptedPairAsync();
        server.AddEventListener("message", listener);
        server.RemoveEventListener("close", listener);
        client.Send("heard");
        await one.IdleAsync();
        server.RemoveEventListener("message", listener);
        client.Send("not heard");
        await one.IdleAsync();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task OnMessage_Disposed_IsNotCalledAgain()
    {
        var calls = 0;
        var (client, server) = await one.AcceptedPairAsync();
        IDisposable? registration = null;
        registration = server.OnMessage(_ =>
        {
            calls++;
            registration!.Dispose();
        });
        client.Send("1");
        client.Send("2");
        await one.IdleAsync();
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Listeners_RemovedAndAddedWhileTheirEventIsDispatched_AreNotCalledForIt()
    {
        List<string> calls = [];
        Action<SocketEvent> named = _ => calls.Add("named");
        var (client, server) = await one.AcceptedPairAsync();
        IDisposable? second = null;
        server.OnMessage(e =>
        {
            calls.Add($"first {e.Data}");
            second!.Dispose();
            server.RemoveEventListener("message", named);
            if (e.Data.Text == "1")
            {
                server.OnMessage(_ => calls.Add("added"));
            }
        });
        second = server.OnMessage(_ => calls.Add("second"));
        server.AddEventListener("message", named);
        client.Send("1");
        client.Send("2");
        await one.IdleAsync();
        Assert.Equal(["first 1", "first 2", "added"], calls);
    }

    [Fact]
    public async Task OnMessage_NoListener_LosesTheEventButNotTheState()
    {
        var (client, server) = await one.AcceptedPairAsync();
        client.Send("lost");
        client.Close(1000);
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closed, server.ReadyState);
        Assert.Equal(ReadyState.Closed, client.ReadyState);
    }

    [Fact]
    public async Task Listener_Throws_FailsTheEndAndDropsThePeer()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        var others = 0;
        server.OnMessage(_ => throw new InvalidOperationException("boom"));
        server.OnMessage(_ => others++);
        client.Send("x");
        client.Send("y");
        await one.IdleAsync();

        Assert.Equal(["message x", "error Other boom in Closed"], serverLog.Lines);
        Assert.Equal(["close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open"], clientLog.Lines);

        // Before 2026-09-15 the listeners behind it are not called.
        Assert.Equal(0, others);
        Assert.Equal(ReadyState.Closed, server.ReadyState);
        Assert.Equal(ReadyState.Closing, client.ReadyState);
        server.Send("ignored");
        server.Close(1000);
        client.Send("ignored");
        client.Close(1000);
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closing, client.ReadyState);
        Assert.Equal(2, serverLog.Lines.Length);
    }

    [Fact]
    public async Task CloseListener_Throws_SendsTheReplyAllTheSame()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var (clientLog, serverLog) = (new EventLog(client), new EventLog(server));
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        client.Close(4000, "bye");
        await one.IdleAsync();

        Assert.Equal(["close 4000 'bye' clean in Closed", "error Other boom in Closed"], serverLog.Lines);
        Assert.Equal(["close 4000 'bye' clean in Closed"], clientLog.Lines);
    }

    [Fact]
    public async Task CloseListener_ThrowsUnderManual_SendsNoClose()
    {
        var (client, server) = await one.AcceptedPairAsync(one.CreateContext(OneSilo.Manual));
        var clientLog = new EventLog(client);
        server.OnClose(_ => throw new InvalidOperationException("boom"));
        client.Close(4000, "bye");
        await one.IdleAsync();

        Assert.StartsWith("close 1006", Assert.Single(clientLog.Lines), StringComparison.Ordinal);
        Assert.Equal(ReadyState.Closed, server.ReadyState);
    }

    [Fact]
    public async Task ErrorListener_AfterAListenerThrew_CanSendButNotClose()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var clientLog = new EventLog(client);
        var boom = new InvalidOperationException("boom");
        WebSocketPairException? refused = null;
        server.OnMessage(_ => throw boom);
        server.OnError(async _ =>
        {
            server.Send("sorry");
            refused = Assert.Throws<WebSocketPairException>(() => server.Close(4000));
            await Task.Yield();
            server.Send("bye");
        });
        client.Send("x");
        client.Send("never heard");
        await one.IdleAsync();

        Assert.Equal((WebSocketPairErrorKind.Other, boom), (refused!.Kind, refused.InnerException));
        Assert.Equal(
            ["message sorry", "message bye", "close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open"],
            clientLog.Lines);
        server.Send("ignored");
        server.Close(4000);
    }

    [Fact]
    public async Task CloseListenerOfADrop_Throws_IsNoErrorAndLeavesTheState()
    {
        var (client, server) = await one.AcceptedPairAsync();
        var serverLog = new EventLog(server);
        client.OnMessage(_ => throw new InvalidOperationException("boom"));
        server.OnClose(_ => throw new InvalidOperationException("boom, too"));
        server.Send("x");
        await one.IdleAsync();

        Assert.StartsWith("close 1006", Assert.Single(serverLog.Lines), StringComparison.Ordinal);
        Assert.Equal(ReadyState.Open, server.ReadyState);
        server.Accept();
        server.Send("ignored");
    }

    [Fact]
    public async Task ErrorListener_Throws_DisturbsNobody()
    {
        var context = one.CreateContext();
        var (client, server) = await one.AcceptedPairAsync(context);
        var (other, otherServer) = await one.AcceptedPairAsync(context);
        var log = new EventLog(otherServer);
        server.OnMessage(_ => throw new InvalidOperationException("boom"));
        server.OnError(_ => throw new InvalidOperationException("again"));
        client.Send("x");
        other.Send("y");
        await one.IdleAsync();
        Assert.Equal(["message y"], log.Lines);
    }
}
