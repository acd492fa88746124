using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Administration;
using OrleansSockets.Sessions;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Sessions;

[Collection(OneSilo.Collection)]
public sealed class SessionListTests(OneSilo one)
{
    private readonly Meeting _meeting = new(one.Cluster);

    private IMeeting Session => _meeting.Session;

    [Fact]
    public async Task GetWebSockets_OpenSockets_AreDescribedInTheOrderOfTheirAcceptance()
    {
        var first = await _meeting.ClaimAsync(await _meeting.UpgradeAsync("/", "v1", "v2"));
        var accepted = one.Time.GetUtcNow();
        one.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _meeting.JoinFullAsync();

        var sockets = await Session.GetWebSocketsAsync();

        Assert.Equal(new WebSocketSnapshot(first.PairId, ReadyState.Open, "v2", 0, accepted), sockets[0]);
        Assert.Equal(
            sockets[1] with { Id = second.PairId, ReadyState = ReadyState.Open, Protocol = "", AcceptedAt = accepted.AddSeconds(1) },
            sockets[1]);
        Assert.InRange(sockets[1].BufferedAmount, 1024 * 1024, 2 * 1024 * 1024);
        Assert.Equal(2, sockets.Count);
    }

    [Fact]
    public async Task GetWebSockets_OneCameWhenAnotherHadLeft_IsLastAlsoAtTheSameTime()
    {
        var (first, log) = await _meeting.JoinAsync();
        var (second, _) = await _meeting.JoinAsync();
        first.Close(1000);
        await log.WaitForCloseAsync();
        await one.IdleAsync();
        var (third, _) = await _meeting.JoinAsync();

        Assert.Equal([second.PairId, third.PairId], (await Session.GetWebSocketsAsync()).Select(socket => socket.Id));
    }

    [Fact]
    public async Task GetWebSockets_Ids_AreThoseOfTheAdministration()
    {
        await _meeting.JoinAsync();
        var socket = Assert.Single(await Session.GetWebSocketsAsync());

        var pair = one.Silo.Services.GetRequiredService<PairAdministration>().Describe(
            new PairId(Guid.ParseExact(socket.Id, "N")), timeline: false);

        Assert.Equal([0, 1], pair!.Host.Ends.Select(end => end.Side).Order());
    }

    [Fact]
    public async Task GetWebSockets_TheClientHasClosed_HalfOpenEndIsClosingAndTheOtherGone()
    {
        var (halfOpen, _) = await _meeting.JoinAsync(path: MeetingSession.HalfOpen);
        var (answered, log) = await _meeting.JoinAsync();

        halfOpen.Close(4001, "mine");
        answered.Close(4002, "mine");
        await log.WaitForCloseAsync();
        await one.IdleAsync();

        var socket = Assert.Single(await Session.GetWebSocketsAsync());
        Assert.Equal((halfOpen.PairId, ReadyState.Closing), (socket.Id, socket.ReadyState));
    }

    [Fact]
    public async Task GetWebSockets_TheClientOfAHalfOpenEndHasClosedAndGone_IsEmptyAndLetsTheActivationGo()
    {
        var activation = await Session.ActivationAsync();
        var (client, _) = await _meeting.JoinAsync(path: MeetingSession.HalfOpen);
        client.Close(4001, "mine");
        await one.IdleAsync();
        client.Abort();
        await one.IdleAsync();

        Assert.Empty(await Session.GetWebSocketsAsync());
        Assert.Equal(WebSocketSendOutcome.NotFound, await Session.SendToWebSocketAsync(client.PairId, "x"));
        await one.CollectAsync();
        Assert.NotEqual(activation, await Session.ActivationAsync());
    }

    [Fact]
    public async Task GetWebSockets_InACloseOrErrorHandler_NamesThoseWhoStay()
    {
        var (stays, _) = await _meeting.JoinAsync();
        var (closes, log) = await _meeting.JoinAsync();
        var (drops, _) = await _meeting.JoinAsync();
        closes.Close(1000);
        await log.WaitForCloseAsync();
        await one.IdleAsync();
        drops.Abort();
        await one.IdleAsync();

        Assert.Equal([[stays.PairId, drops.PairId], [stays.PairId]], await Session.WhoStayedAsync());
    }

    [Fact]
    public async Task GetWebSockets_PairOfItsOwnAndOutboundEnd_AreNoSockets()
    {
        await Session.AcceptOthersAsync();
        var (client, log) = await _meeting.JoinAsync();

        Assert.Equal(1, await Session.BroadcastAsync("to clients only"));

        Assert.Equal(client.PairId, Assert.Single(await Session.GetWebSocketsAsync()).Id);
        Assert.Equal(["message to clients only"], await log.WaitForAsync(1));
    }

    [Fact]
    public async Task Calls_OnASessionWithoutSockets_FindNothingAndDoNotKeepItAlive()
    {
        Assert.Empty(await Session.GetWebSocketsAsync());
        var activation = await Session.ActivationAsync();
        Assert.Equal(0, await Session.BroadcastAsync("is anybody there?"));
        Assert.Equal(WebSocketSendOutcome.NotFound, await Session.SendToWebSocketAsync(Guid.NewGuid().ToString("N"), "x"));
        Assert.Empty(await Session.GetWebSocketsAsync());

        await one.CollectAsync();

        Assert.NotEqual(activation, await Session.ActivationAsync());
    }

    [Fact]
    public async Task Calls_WhileAnotherCallAwaits_DoNotWaitForIt()
    {
        var (client, log) = await _meeting.JoinAsync();
        var waiting = Session.WaitAsync();

        Assert.Single(await Session.GetWebSocketsAsync());
        Assert.Equal(1, await Session.BroadcastAsync("meanwhile"));
        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, "for you"));
        Assert.True(await Session.CloseWebSocketAsync(client.PairId, 4000));
        Assert.Equal(["message meanwhile", "message for you", "close 4000 '' clean in Closed"], await log.WaitForAsync(3));

        Assert.False(waiting.IsCompleted);
        await one.IdleAsync();
        await Session.LetGoAsync();
        Assert.Equal(0, await waiting);
    }
}
