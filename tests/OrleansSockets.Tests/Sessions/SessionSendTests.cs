using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

[Collection(OneSilo.Collection)]
public sealed class SessionSendTests(OneSilo one)
{
    private readonly Meeting _meeting = new(one.Cluster);

    private IMeeting Session => _meeting.Session;

    [Fact]
    public async Task SendToWebSocket_TextAndBytes_ReachThatSocketOnlyAsTheyAre()
    {
        var (client, _) = await _meeting.JoinAsync();
        var (_, other) = await _meeting.JoinAsync();
        List<WebSocketMessage> received = [];
        client.OnMessage(e => received.Add(e.Data));
        byte[] bytes = [1, 2, 3];

        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, "käse \uD83D\uDE00"));
        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, bytes));
        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, bytes.AsMemory(1).ToArray()));
        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, ""));
        await one.IdleAsync();

        Assert.Equal(["käse \uD83D\uDE00", bytes, bytes[1..], WebSocketMessage.FromText("")], received);
        Assert.Empty(other.Lines);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("nobody")]
    [InlineData("")]
    public async Task SendToWebSocket_UnknownId_IsNotFound(string id)
    {
        await _meeting.JoinAsync();

        Assert.Equal(WebSocketSendOutcome.NotFound, await Session.SendToWebSocketAsync(id, "x"));
        Assert.False(await Session.CloseWebSocketAsync(id, 1000));
    }

    [Fact]
    public async Task SendToWebSocket_SocketOfAnotherSession_IsNotFound()
    {
        var (client, log) = await _meeting.JoinAsync();
        var other = new Meeting(one.Cluster);
        await other.JoinAsync();

        Assert.Equal(WebSocketSendOutcome.NotFound, await other.Session.SendToWebSocketAsync(client.PairId, "x"));
        await one.IdleAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task SendToWebSocket_BufferFull_SaysSoUntilTheClientListens()
    {
        var client = await _meeting.JoinFullAsync();
        List<int> received = [];
        client.OnMessage(e => received.Add(e.Data.Bytes.Length));
        client.Accept();
        await one.IdleAsync();

        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, "room"));
        await one.IdleAsync();

        Assert.Equal([2 * 1024 * 1024, 4], received);
    }

    [Fact]
    public async Task SendToWebSocket_SessionHasClosed_IsClosingUntilTheClientAnswers()
    {
        var (client, log) = await _meeting.JoinAsync(options: new AcceptOptions { AllowHalfOpen = true });
        Assert.True(await Session.CloseWebSocketAsync(client.PairId, 4000, "enough"));

        Assert.Equal(WebSocketSendOutcome.Closing, await Session.SendToWebSocketAsync(client.PairId, "x"));
        Assert.Equal(ReadyState.Closing, Assert.Single(await Session.GetWebSocketsAsync()).ReadyState);

        Assert.Equal(["close 4000 'enough' clean in Closing"], await log.WaitForAsync(1));
        client.Close(4000);
        await one.PairGoneAsync(client);
        Assert.Equal(WebSocketSendOutcome.NotFound, await Session.SendToWebSocketAsync(client.PairId, "x"));
    }

    [Fact]
    public async Task SendToWebSocket_ClientHasClosedAHalfOpenEnd_IsSent()
    {
        var (client, log) = await _meeting.JoinAsync(path: MeetingSession.HalfOpen);
        client.Close(1000);
        await one.IdleAsync();

        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(client.PairId, "last words"));

        Assert.Equal(["message last words"], await log.WaitForAsync(1));
        Assert.True(await Session.CloseWebSocketAsync(client.PairId));
        Assert.Equal("close 1005 '' clean in Closed", (await log.WaitForAsync(2))[1]);
    }

    [Fact]
    public async Task SendToWebSocket_AboveTheLimit_ThrowsMessageTooLarge()
    {
        var (client, _) = await _meeting.JoinAsync();

        var refused = await Assert.ThrowsAsync<WebSocketPairException>(
            () => Session.SendToWebSocketAsync(client.PairId, new byte[33 * 1024 * 1024]));

        Assert.Equal(WebSocketPairErrorKind.MessageTooLarge, refused.Kind);
    }

    [Fact]
    public async Task SendToWebSocket_NobodyHasClaimedTheClientsEnd_WaitsThere()
    {
        var ticket = await _meeting.UpgradeAsync("/");
        var id = Assert.Single(await Session.GetWebSocketsAsync()).Id;

        Assert.Equal(WebSocketSendOutcome.Sent, await Session.SendToWebSocketAsync(id, "one"));
        Assert.Equal(1, await Session.BroadcastAsync("two"));
        Assert.True(await Session.CloseWebSocketAsync(id, 4000));

        var client = await _meeting.ClaimAsync(ticket);
        var log = new EventLog(client);
        client.Accept();
        Assert.Equal(["message one", "message two", "close 4000 '' clean in Closed"], await log.WaitForAsync(3));
    }
}
