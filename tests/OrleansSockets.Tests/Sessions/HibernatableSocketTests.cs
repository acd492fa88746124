using OrleansSockets.Rules;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

[Collection(OneSilo.Collection)]
public sealed class HibernatableSocketTests(OneSilo one)
{
    private readonly string _name = Guid.NewGuid().ToString();

    private ILobby Lobby => one.Silo.Grains.GetGrain<IOrderlyLobby>(_name);

    [Fact]
    public async Task Message_OfAHibernatableSocket_ComesToTheSessionAndToNoListener()
    {
        var (client, log) = await JoinAsync(Lobby);

        client.Send("hello");
        client.Send([1, 2]);

        Assert.Equal("message hello", (await log.WaitForAsync(2))[0]);
        Assert.Equal(["message hello", "message \u0001\u0002"], await Lobby.HeardAsync());
    }

    [Fact]
    public async Task Close_OfTheClient_IsAnsweredByTheHandlerOnly()
    {
        var (client, log) = await JoinAsync(Lobby);

        client.Close(3001, "bye");
        Assert.Equal(["close 3001 bye in Closing, 1 listed"], await HeardAsync(Lobby, 1));
        Assert.Empty(log.Lines);

        await Lobby.LetGoAsync();
        Assert.Equal(["close 3001 'answered' clean in Closed"], await log.WaitForCloseAsync());
        Assert.Equal("0 listed behind the await", (await Lobby.HeardAsync())[^1]);
        await one.PairGoneAsync(client);
    }

    [Fact]
    public async Task Close_OfTheSession_TheSocketIsListedUntilTheClientAnswers()
    {
        var (client, log) = await JoinAsync(Lobby, options: new AcceptOptions { AllowHalfOpen = true });

        client.Send(LobbySession.CloseIt);
        await log.WaitForCloseAsync();
        Assert.Equal([client.PairId], await Lobby.ListAsync());
        Assert.Equal(WebSocketSendOutcome.Closing, await Lobby.SendToWebSocketAsync(client.PairId, "x"));

        client.Close(3000);
        Assert.Equal("close 3000  in Closed, 1 listed", (await HeardAsync(Lobby, 2))[^1]);
        Assert.Empty(await Lobby.ListAsync());
        await Lobby.LetGoAsync();
        await one.PairGoneAsync(client);
    }

    [Fact]
    public async Task Drop_OfTheClient_Is1006AndTakesItOffTheList()
    {
        var (client, _) = await JoinAsync(Lobby);

        client.Abort();

        Assert.StartsWith("close 1006", (await HeardAsync(Lobby, 1))[^1], StringComparison.Ordinal);
        Assert.Empty(await Lobby.ListAsync());
        await Lobby.LetGoAsync();
        await one.PairGoneAsync(client);
    }

    [Theory]
    [InlineData(LobbySession.Throw)]
    [InlineData(LobbySession.Fail)]
    public async Task Handler_ThatThrows_ChangesNothingAndIsReported(string how)
    {
        List<Exception> reported = [];
        void Hear(UnhandledListenerExceptionEvent e) => reported.Add(e.Error);
        one.ListenerFailed += Hear;
        var (client, log) = await JoinAsync(Lobby);

        client.Send(how);
        client.Send("next");

        Assert.Equal(["message next"], await log.WaitForAsync(1));
        one.ListenerFailed -= Hear;
        Assert.Single(reported);
    }

    [Fact]
    public async Task Handlers_OfOneSocket_RunOneAfterTheOtherAndThoseOfOthersMeanwhile()
    {
        var (first, firstLog) = await JoinAsync(Lobby);
        var (second, secondLog) = await JoinAsync(Lobby);

        first.Send(LobbySession.Wait);
        first.Send("behind");
        await HeardAsync(Lobby, 1);
        second.Send("beside");

        Assert.Equal(["message beside"], await secondLog.WaitForAsync(1));
        Assert.Empty(firstLog.Lines);
        await Lobby.LetGoAsync();
        Assert.Equal(["message behind"], await firstLog.WaitForAsync(1));
        Assert.Equal(["message wait", "message beside", "waited", "message behind"], await Lobby.HeardAsync());
    }

    [Fact]
    public async Task SerialHandlers_OneRunsAtATime()
    {
        var lobby = one.Silo.Grains.GetGrain<ISerialLobby>(_name);
        var (first, _) = await JoinAsync(lobby);
        var (second, secondLog) = await JoinAsync(lobby);

        first.Send(LobbySession.Wait);
        await HeardAsync(lobby, 1);
        second.Send("beside");
        await TakenAsync(second);
        Assert.Equal(["message wait"], await lobby.HeardAsync());

        await lobby.LetGoAsync();
        Assert.Equal(["message beside"], await secondLog.WaitForAsync(1));
        Assert.Equal(["message wait", "waited", "message beside"], await lobby.HeardAsync());
    }

    [Fact]
    public async Task InterleavedHandlers_TheNextEventOfASocketDoesNotWait()
    {
        var lobby = one.Silo.Grains.GetGrain<IInterleavedLobby>(_name);
        var (client, log) = await JoinAsync(lobby);

        client.Send(LobbySession.Wait);
        client.Send("behind");

        Assert.Equal(["message behind"], await log.WaitForAsync(1));
        Assert.Equal(["message wait", "message behind"], await lobby.HeardAsync());
        await lobby.LetGoAsync();
        await HeardAsync(lobby, 3);
    }

    [Fact]
    public async Task GetWebSockets_All_TheLastFirst_ByTag_TheFirstFirst()
    {
        var (a, _) = await JoinAsync(Lobby, "/t/a");
        var (b, _) = await JoinAsync(Lobby, "/t/b");
        var (c, _) = await JoinAsync(Lobby, "/t");
        await JoinAsync(Lobby, LobbySession.Plain);

        Assert.Equal([c.PairId, b.PairId, a.PairId], await Lobby.ListAsync());
        Assert.Equal([a.PairId, b.PairId, c.PairId], await Lobby.ListAsync("t"));
        Assert.Equal([b.PairId], await Lobby.ListAsync("b"));
        Assert.Empty(await Lobby.ListAsync("T"));
        Assert.Equal(["t", "a"], await Lobby.TagsAsync(a.PairId));
        Assert.Equal(1, await Lobby.CountAcceptedAsync());
        Assert.Equal(4, (await Lobby.GetWebSocketsAsync()).Count);
        Assert.Equal(4, await Lobby.BroadcastAsync("to all"));
    }

    [Fact]
    public async Task AcceptWebSocket_WhatCannotBeHeld_IsRefusedWithItsKind()
    {
        var (client, _) = await JoinAsync(Lobby);
        var (plain, _) = await JoinAsync(Lobby, LobbySession.Plain);

        Assert.Equal(
            [WebSocketPairErrorKind.HibernateAfterAccept, WebSocketPairErrorKind.HibernatePeerTaken,
                WebSocketPairErrorKind.HibernatePeerTaken, WebSocketPairErrorKind.NotLocal],
            await Lobby.TryOthersAsync(client.PairId));
        await AssertKindAsync(WebSocketPairErrorKind.NoTags, () => Lobby.TagsAsync(plain.PairId));
        await AssertKindAsync(WebSocketPairErrorKind.TooManyTags, () => JoinAsync(Lobby, "/1/2/3/4/5/6/7/8/9/10/11"));
        await AssertKindAsync(WebSocketPairErrorKind.TagTooLong, () => JoinAsync(Lobby, "/" + new string('x', 257)));
    }

    [Fact]
    public async Task Attachment_IsACopyThatStays_AndALargerOneChangesNothing()
    {
        var (client, _) = await JoinAsync(Lobby);
        Assert.Null(await Lobby.KeptAsync(client.PairId));

        await Lobby.KeepAsync(client.PairId, new List<string> { "a", "b" });
        Assert.Equal("a b", await Lobby.KeptAsync(client.PairId));
        await AssertKindAsync(WebSocketPairErrorKind.AttachmentTooLarge, () => Lobby.KeepAsync(client.PairId, new byte[16 * 1024]));
        Assert.Equal("a b", await Lobby.KeptAsync(client.PairId));
        await Lobby.KeepAsync(client.PairId, null);
        Assert.Null(await Lobby.KeptAsync(client.PairId));
    }

    [Fact]
    public async Task AutoResponse_TheSameText_IsAnsweredWithoutTheSession()
    {
        var (client, log) = await JoinAsync(Lobby);
        await Lobby.AnswerAsync("ping", "pong");
        Assert.Null(await Lobby.AnsweredAsync(client.PairId));

        client.Send("ping");
        Assert.Equal(["message pong"], await log.WaitForAsync(1));
        Assert.Equal(one.Time.GetUtcNow(), await Lobby.AnsweredAsync(client.PairId));
        Assert.Empty(await Lobby.HeardAsync());

        client.Send("ping"u8);
        client.Send("ping ");
        await Lobby.AnswerAsync(null, "");
        await log.WaitForAsync(3);
        client.Send("ping");
        await log.WaitForAsync(4);
        Assert.Equal(["message ping", "message ping ", "message ping"], await Lobby.HeardAsync());
    }

    [Fact]
    public async Task AutoResponse_TooLong_IsRefused()
    {
        var most = new string('x', WebSocketRequestResponsePair.MaxBytes);
        await Lobby.AnswerAsync(most, most);
        await AssertKindAsync(WebSocketPairErrorKind.AutoResponseTooLong, () => Lobby.AnswerAsync(most + "x", ""));
        await AssertKindAsync(WebSocketPairErrorKind.AutoResponseTooLong, () => Lobby.AnswerAsync("", most + "x"));
    }

    [Fact]
    public async Task EventTimeout_AHandlerThatIsLonger_IsCancelledAndHasNoSayAnyMore()
    {
        var (client, log) = await JoinAsync(Lobby);
        await Lobby.LimitAsync(TimeSpan.FromSeconds(1));

        client.Send(LobbySession.Late);
        client.Send("next");
        await HeardAsync(Lobby, 1);
        Assert.Empty(log.Lines);
        one.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["message next"], await log.WaitForAsync(1));
        await Lobby.LetGoAsync();
        Assert.Equal("late, cancelled True", (await HeardAsync(Lobby, 3))[^1]);
        await one.IdleAsync();
        Assert.Equal(["message next"], log.Lines);
    }

    [Fact]
    public async Task EventTimeout_OutOfRange_IsRefusedAndTheOldOneStays()
    {
        await Lobby.LimitAsync(TimeSpan.FromDays(7));
        await AssertKindAsync(WebSocketPairErrorKind.EventTimeoutOutOfRange, () => Lobby.LimitAsync(TimeSpan.FromTicks(-1)));
        await AssertKindAsync(
            WebSocketPairErrorKind.EventTimeoutOutOfRange, () => Lobby.LimitAsync(TimeSpan.FromDays(7) + TimeSpan.FromTicks(1)));
        Assert.Equal(TimeSpan.FromDays(7), await Lobby.GetLimitAsync());
        await Lobby.LimitAsync(TimeSpan.Zero);
        Assert.Null(await Lobby.GetLimitAsync());
    }

    private async Task<(WebSocketEnd End, EventLog Log)> JoinAsync(ILobby lobby, string path = "/", AcceptOptions? options = null)
    {
        var response = await lobby.UpgradeAsync(new UpgradeRequest { Path = path });
        var end = await one.Silo.Pairs.ClaimAsync(response.Ticket!, TestContext.Current.CancellationToken);
        var log = new EventLog(end);
        end.Accept(options);
        return (end, log);
    }

    /// <summary>The session's handler of the client's message has been called.</summary>
    private async Task TakenAsync(WebSocketEnd client)
    {
        var session = one.Silo.Hub.Find(client.Core.Pair.Id)![Side.Server]!;
        while (session.In.Taken == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string[]> HeardAsync(ILobby lobby, int count)
    {
        while (true)
        {
            var heard = await lobby.HeardAsync();
            if (heard.Length >= count)
            {
                return heard;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task AssertKindAsync(WebSocketPairErrorKind kind, Func<Task> call) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<WebSocketPairException>(call)).Kind);
}
