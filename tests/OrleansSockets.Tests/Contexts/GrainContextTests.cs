using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Contexts;

[Collection(OneSilo.Collection)]
public sealed class GrainContextTests(OneSilo one)
{
    private readonly IProbeSession _session = one.Silo.Grains.GetGrain<IProbeSession>(Guid.NewGuid().ToString());

    [Fact]
    public async Task Handlers_OfASession_RunInTheActivationsTurns()
    {
        var client = await ConnectAsync();
        var log = new EventLog(client);
        client.Send("where");
        Assert.Equal([$"message {await _session.WhereAsync()}"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task Handlers_OfASession_NeverOverlapWithItsCallsOrEachOther()
    {
        const int Clients = 3;
        const int Messages = 300;
        List<WebSocketEnd> clients = [];
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await ConnectAsync());
        }

        var calls = Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _session.EnterAsync()));
        foreach (var client in clients)
        {
            for (var i = 0; i < Messages; i++)
            {
                client.Send("enter");
            }
        }

        await calls;
        await one.IdleAsync();
        Assert.Equal((Clients * Messages + 200, 0), await _session.CountAsync());
    }

    [Fact]
    public async Task Handler_AwaitsAGrainCall_OtherCallsMayRun()
    {
        var client = await ConnectAsync();
        var log = new EventLog(client);
        client.Send("wait");
        client.Send("where");
        await log.WaitForAsync(1);

        // A handler that awaits is no request in progress: the session takes calls, and this one lets the handler go on.
        await _session.LetGoAsync();
        Assert.Equal(["message waiting", "message gone on", $"message {await _session.WhereAsync()}"], await log.WaitForAsync(3));
    }

    [Fact]
    public async Task Call_InProgress_HandlersRunBetweenItsAwaits()
    {
        var client = await ConnectAsync();
        var log = new EventLog(client);
        var call = _session.WaitForLetGoMessageAsync();
        client.Send("let go");
        await call.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Collection_AcceptedEndUnfinished_KeepsTheActivation()
    {
        var client = await ConnectAsync();
        var log = new EventLog(client);
        var before = await _session.ActivationAsync();
        await one.CollectAsync();
        Assert.Equal(before, await _session.ActivationAsync());

        client.Close(1000);
        await log.WaitForAsync(1);
        await one.IdleAsync();
        await one.CollectAsync();
        Assert.NotEqual(before, await _session.ActivationAsync());
    }

    [Fact]
    public async Task Deactivation_AcceptedEndUnfinished_Sends1012()
    {
        var client = await ConnectAsync();
        var log = new EventLog(client);
        await _session.DeactivateAsync();
        Assert.Equal(["close 1012 'The session is moving; connect again.' clean in Closed"], await log.WaitForAsync(1));
        await one.PairGoneAsync(client);
    }

    [Fact]
    public async Task Deactivation_HalfOpenEndWhoseClientHasClosed_Sends1012AndLeavesNothing()
    {
        await _session.UseAsync(OneSilo.Manual);
        var client = await ConnectAsync();
        var log = new EventLog(client);
        client.Close(1000);
        await one.IdleAsync();
        await _session.DeactivateAsync();
        Assert.Equal(["close 1012 'The session is moving; connect again.' clean in Closed"], await log.WaitForAsync(1));
        await one.PairGoneAsync(client);
    }

    [Fact]
    public async Task Accept_AfterTheActivationHasEnded_Sends1012AndTheTimelineSaysWhy()
    {
        var client = await ConnectAsync("/late");
        var log = new EventLog(client);
        var before = await _session.ActivationAsync();
        await _session.DeactivateAsync();
        while (await _session.ActivationAsync() == before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var server = ProbeSession.Unaccepted[_session.GetPrimaryKeyString()];
        server.Accept();

        Assert.Equal(["close 1012 'The session is moving; connect again.' clean in Closed"], await log.WaitForAsync(1));
        Assert.Contains(server.Core.Pair.Timeline.ToArray(), entry => entry.What == "accepted in a grain whose activation had ended");
        await one.PairGoneAsync(client);
    }

    [Fact]
    public async Task CreateWebSocketPair_InATimer_HasTheActivationsContext()
    {
        await _session.MakePairInATimerAsync();
        Assert.Equal("message from a timer", await _session.TimerResultAsync());
    }

    [Fact]
    public async Task UseWebSocketDeployment_InASession_DecidesHowItsEndsClose()
    {
        await _session.UseAsync(OneSilo.Manual);
        var client = await ConnectAsync();
        client.Close(1000);
        await one.IdleAsync();
        Assert.Equal(ReadyState.Closing, client.ReadyState);
    }

    [Fact]
    public async Task LiveEnd_InAGrainCall_FailsWithASentenceThatNamesRelease()
    {
        var (client, _) = await one.AcceptedPairAsync();
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => _session.TakeAsync(client));
        Assert.Contains(
            Chain(exception),
            e => e is WebSocketPairException { Kind: WebSocketPairErrorKind.NotLocal } && e.Message.Contains(
                "Release()", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upgrade_ReturnsAnAcceptedEnd_HasNoTicket()
    {
        var response = await _session.UpgradeAsync(new UpgradeRequest { Path = "/accepted" });
        Assert.Equal((101, null), (response.Status, response.Ticket));
    }

    [Fact]
    public async Task Upgrade_Rejected_CarriesStatusAndDetail()
    {
        var response = await _session.UpgradeAsync(new UpgradeRequest { Path = "/rejected" });
        Assert.Equal((403, "not you", null), (response.Status, response.Detail, response.Ticket));
    }

    private async Task<WebSocketEnd> ConnectAsync(string path = "/")
    {
        var response = await _session.UpgradeAsync(new UpgradeRequest { Path = path });
        var client = await one.Silo.Pairs.ClaimAsync(response.Ticket!, TestContext.Current.CancellationToken);
        client.Accept();
        return client;
    }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
