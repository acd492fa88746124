namespace OrleansSockets.Tests.Contexts;

[Collection(OneSilo.Collection)]
public sealed class TurnTests(OneSilo one)
{
    [Fact]
    public async Task Handlers_OfAllEndsOfAContext_NeverOverlap()
    {
        const int Pairs = 4;
        const int Messages = 2000;
        var context = one.CreateContext();
        var (running, overlaps, handled) = (0, 0, 0);
        List<WebSocketEnd> clients = [];
        for (var i = 0; i < Pairs; i++)
        {
            var (client, server) = await one.AcceptedPairAsync(context);
            clients.Add(client);
            server.OnMessage(async _ =>
            {
                Enter();
                await Task.Yield();
                Enter();
            });
        }

        await Task.WhenAll(clients.Select(client => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++)
            {
                client.Send("x");
            }
        })));
        await one.IdleAsync();
        Assert.Equal(0, overlaps);
        Assert.Equal(2 * Pairs * Messages, handled);

        void Enter()
        {
            if (Interlocked.Increment(ref running) != 1)
            {
                Interlocked.Increment(ref overlaps);
            }

            Thread.SpinWait(20);
            handled++;
            Interlocked.Decrement(ref running);
        }
    }

    [Fact]
    public async Task AsyncHandler_Awaits_HoldsUpItsOwnEndOnly()
    {
        var context = one.CreateContext();
        var (slowClient, slow) = await one.AcceptedPairAsync(context);
        var (quickClient, quick) = await one.AcceptedPairAsync(context);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> log = [];
        slow.OnMessage(async e =>
        {
            log.Add($"slow begins {e.Data}");
            await release.Task;
            log.Add($"slow ends {e.Data}");
        });
        TaskCompletionSource quickDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        quick.OnMessage(e =>
        {
            log.Add($"quick {e.Data}");
            if (e.Data.Text == "2")
            {
                quickDone.SetResult();
            }
        });
        slowClient.Send("1");
        slowClient.Send("2");
        quickClient.Send("1");
        quickClient.Send("2");
        await quickDone.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["slow begins 1", "quick 1", "quick 2"], log);

        release.SetResult();
        await one.IdleAsync();
        Assert.Equal(["slow begins 1", "quick 1", "quick 2", "slow ends 1", "slow begins 2", "slow ends 2"], log);
    }

    [Fact]
    public async Task BusyEnd_ManyMessagesWait_LeavesRoomForTheOthers()
    {
        const int Many = 5000;
        var context = one.CreateContext();
        var (busyClient, busy) = await one.AcceptedPairAsync(context);
        var (otherClient, other) = await one.AcceptedPairAsync(context);
        var handled = 0;
        var before = -1;
        busy.OnMessage(_ => handled++);
        other.OnMessage(_ => before = handled);
        await context.RunAsync(() =>
        {
            for (var i = 0; i < Many; i++)
            {
                busyClient.Send("");
            }

            otherClient.Send("me too");
        });
        await one.IdleAsync();
        Assert.Equal(Many, handled);
        Assert.InRange(before, 0, Many / 4);
    }

    [Fact]
    public async Task RunAsync_AwaitsInside_ComeBackToTheContext()
    {
        var context = one.CreateContext();
        var pair = await context.RunAsync(async () =>
        {
            await Task.Run(() => { }, TestContext.Current.CancellationToken);
            return new WebSocketPair();
        });
        var ran = await context.RunAsync(() => Task.FromResult(1));
        Assert.Equal(1, ran);
        Assert.Equal(ReadyState.Open, pair.Client.ReadyState);
    }

    [Fact]
    public async Task RunAsync_Throws_FailsItsTaskAndTheContextGoesOn()
    {
        var context = one.CreateContext();
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.RunAsync(() => throw new InvalidOperationException()));
        Assert.Equal(2, await context.RunAsync(() => Task.FromResult(2)));
    }

    [Fact]
    public async Task Handler_ConstructsAPair_HasItsContext()
    {
        var (client, server) = await one.AcceptedPairAsync();
        TaskCompletionSource<ReadyState> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnMessage(async _ =>
        {
            await Task.Yield();
            made.SetResult(new WebSocketPair().Server.ReadyState);
        });
        client.Send("x");
        Assert.Equal(ReadyState.Open, await made.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Constructor_OutsideOfAnyContext_SaysWhatToDo()
    {
        var exception = Assert.Throws<WebSocketPairException>(() => new WebSocketPair());
        Assert.Equal(WebSocketPairErrorKind.NoContext, exception.Kind);
        Assert.Equal(
            "new WebSocketPair() works inside an endpoint, a grain call or an event handler. In a grain's timer or activation use "
                + "this.CreateWebSocketPair(), anywhere else IWebSocketPairFactory.Create().",
            exception.Message);
    }

    [Fact]
    public void Create_OutsideOfAnyContext_MakesItsOwn()
    {
        var (client, server) = one.Silo.Pairs.Create();
        Assert.Equal((ReadyState.Open, ReadyState.Open), (client.ReadyState, server.ReadyState));
    }

    [Fact]
    public void CreateContext_UnknownDeployment_IsRefused() =>
        Assert.Contains(
            "'nowhere'", Assert.Throws<ArgumentException>(() => one.CreateContext("nowhere")).Message, StringComparison.Ordinal);
}
