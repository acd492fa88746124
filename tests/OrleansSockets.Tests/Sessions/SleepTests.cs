using OrleansSockets.Hibernation;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

/// <summary>A session leaves memory while its sockets stay, on one silo with a clock that stands still.</summary>
[Collection(OneSilo.Collection)]
public sealed class SleepTests(OneSilo one)
{
    private static readonly TimeSpan HibernateAfter = TimeSpan.FromSeconds(10);

    private readonly string _name = Guid.NewGuid().ToString();

    private ILobby Lobby => one.Silo.Grains.GetGrain<IOrderlyLobby>(_name);

    [Fact]
    public async Task Session_WithNothingToDo_SleepsAndWakesWithItsSockets()
    {
        var (a, aLog) = await JoinAsync("/t/a");
        var (b, bLog) = await JoinAsync("/t");
        await Lobby.KeepAsync(a.PairId, "seat 7");
        await Lobby.LimitAsync(TimeSpan.FromMinutes(1));
        await SleepAsync();
        Assert.True(Sleeps);
        Assert.Empty(aLog.Lines);

        a.Send("good morning");
        Assert.Equal(["message good morning"], await aLog.WaitForAsync(1));

        // Another instance: what it heard before is gone, what was kept with the sockets is not.
        Assert.Equal(["message good morning"], await Lobby.HeardAsync());
        Assert.Equal([b.PairId, a.PairId], await Lobby.ListAsync());
        Assert.Equal(["t", "a"], await Lobby.TagsAsync(a.PairId));
        Assert.Equal("seat 7", await Lobby.KeptAsync(a.PairId));
        Assert.Equal(TimeSpan.FromMinutes(1), await Lobby.GetLimitAsync());
        Assert.Equal(2, await Lobby.BroadcastAsync("all"));
        Assert.Equal(["message all"], await bLog.WaitForAsync(1));
        await GoAsync(a, b);
    }

    [Fact]
    public async Task Session_ThatSleeps_IsWokenByACallAndByANewClient()
    {
        var (a, _) = await JoinAsync();
        await SleepAsync();
        Assert.Equal([a.PairId], await Lobby.ListAsync());

        await SleepAsync();
        var (b, _) = await JoinAsync();
        Assert.Equal([b.PairId, a.PairId], await Lobby.ListAsync());
        await GoAsync(a, b);
    }

    [Fact]
    public async Task Close_OfAClientWhoseSessionSleeps_IsHeard()
    {
        var (a, log) = await JoinAsync();
        await SleepAsync();

        a.Close(3001, "bye");
        await HeardAsync(1);
        await Lobby.LetGoAsync();

        Assert.Equal(["close 3001 'answered' clean in Closed"], await log.WaitForCloseAsync());
        await one.PairGoneAsync(a);
    }

    [Fact]
    public async Task Client_ThatVanishesWhileItsSessionSleeps_IsHeardAndUnlisted()
    {
        var (a, _) = await JoinAsync();
        await SleepAsync();

        a.Abort();
        Assert.StartsWith("close 1006", (await HeardAsync(1))[0], StringComparison.Ordinal);
        Assert.Empty(await Lobby.ListAsync());
        await Lobby.LetGoAsync();
        await one.PairGoneAsync(a);
    }

    [Fact]
    public async Task AutoResponse_WhileTheSessionSleeps_WakesNobody()
    {
        var (a, log) = await JoinAsync();
        await Lobby.AnswerAsync("ping", "pong");
        await SleepAsync();
        one.Time.Advance(TimeSpan.FromSeconds(1));

        a.Send("ping");
        a.Send("ping");
        Assert.Equal(["message pong", "message pong"], await log.WaitForAsync(2));
        await one.IdleAsync();
        Assert.True(Sleeps);

        a.Send("ping!");
        Assert.Equal("message ping!", (await log.WaitForAsync(3))[^1]);
        Assert.Equal(["message ping!"], await Lobby.HeardAsync());
        Assert.Equal(one.Time.GetUtcNow(), await Lobby.AnsweredAsync(a.PairId));
        a.Send("ping");
        Assert.Equal("message pong", (await log.WaitForAsync(4))[^1]);
        await GoAsync(a);
    }

    [Fact]
    public async Task Close_ThatNobodyHasAnswered_IsForgottenBySleep()
    {
        var (a, log) = await JoinAsync();
        a.Close(LobbySession.Unanswered);
        await HeardAsync(1);
        await Lobby.EvictAsync();

        Assert.StartsWith("close 1006", (await log.WaitForCloseAsync())[^1], StringComparison.Ordinal);
        Assert.Empty(await Lobby.ListAsync());
        await one.PairGoneAsync(a);
    }

    [Theory]
    [InlineData(LobbySession.Plain)]
    [InlineData("/")]
    public async Task Session_WithAPlainSocketOrAHandlerThatWaits_StaysAwake(string path)
    {
        var (a, _) = await JoinAsync();
        var (b, _) = await JoinAsync(path);
        if (path == "/")
        {
            b.Send(LobbySession.Wait);
            await HeardAsync(1);
        }

        for (var i = 0; i < 8; i++)
        {
            one.Time.Advance(HibernateAfter / 2);
            await Lobby.HeardAsync();
        }

        Assert.False(Sleeps);
        await Lobby.LetGoAsync();
        await GoAsync(a, b);
    }

    [Fact]
    public async Task Activation_ThatFails_LeavesTheSocketsForTheNextOne()
    {
        var (a, log) = await JoinAsync();
        await SleepAsync();
        LobbySession.Failing[_name] = 2;

        a.Send("patience");

        Assert.Equal(["message patience"], await log.WaitForAsync(1));
        Assert.Equal(0, LobbySession.Failing[_name]);
        Assert.Equal([a.PairId], await Lobby.ListAsync());
        await GoAsync(a);
    }

    [Fact]
    public async Task Message_OfManyChunks_WakesWhenItIsWhole()
    {
        var (a, log) = await JoinAsync();
        await SleepAsync();
        var large = new string('x', 1024 * 1024);

        a.Send(large);

        Assert.Equal($"message {large}", (await log.WaitForAsync(1))[0]);
        await GoAsync(a);
    }

    [Fact]
    public async Task Sleep_ManyTimes_LosesNothing()
    {
        var (a, log) = await JoinAsync();
        for (var i = 0; i < 30; i++)
        {
            a.Send($"a{i}");
            if (i % 2 == 0)
            {
                await Lobby.EvictAsync();
            }

            a.Send($"b{i}");
            await log.WaitForAsync(2 * (i + 1));
        }

        Assert.Equal(Enumerable.Range(0, 30).SelectMany(i => new[] { $"message a{i}", $"message b{i}" }), log.Lines);
        await GoAsync(a);
    }

    private bool Sleeps => one.Silo.Get<ParkedSessions>().Has(Lobby.GetGrainId());

    private async Task<(WebSocketEnd End, EventLog Log)> JoinAsync(string path = "/")
    {
        var response = await Lobby.UpgradeAsync(new UpgradeRequest { Path = path });
        var end = await one.Silo.Pairs.ClaimAsync(response.Ticket!, TestContext.Current.CancellationToken);
        var log = new EventLog(end);
        end.Accept();
        return (end, log);
    }

    private async Task SleepAsync()
    {
        await one.IdleAsync();
        one.Time.Advance(HibernateAfter);
        one.Time.Advance(HibernateAfter / 4);
        var started = TimeProvider.System.GetTimestamp();
        while (!Sleeps)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "The session does not sleep.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await one.IdleAsync();
    }

    private async Task GoAsync(params WebSocketEnd[] ends)
    {
        foreach (var end in ends)
        {
            var heard = (await Lobby.HeardAsync()).Length;
            end.Abort();
            await HeardAsync(heard + 1);
            await Lobby.LetGoAsync();
            await one.PairGoneAsync(end);
        }
    }

    private async Task<string[]> HeardAsync(int count)
    {
        while (true)
        {
            var heard = await Lobby.HeardAsync();
            if (heard.Length >= count)
            {
                return heard;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
