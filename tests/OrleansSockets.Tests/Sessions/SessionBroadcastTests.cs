using System.Runtime.InteropServices;
using OrleansSockets.Sessions;

namespace OrleansSockets.Tests.Sessions;

[Collection(OneSilo.Collection)]
public sealed class SessionBroadcastTests(OneSilo one)
{
    private readonly Meeting _meeting = new(one.Cluster);

    private IMeeting Session => _meeting.Session;

    [Fact]
    public async Task Broadcast_ExceptOne_AllOthersHearIt()
    {
        var (_, first) = await _meeting.JoinAsync();
        var (sender, own) = await _meeting.JoinAsync();
        var (_, last) = await _meeting.JoinAsync();

        Assert.Equal(2, await Session.BroadcastAsync("from outside", except: [sender.PairId, "nobody"]));
        Assert.Equal(2, await Session.SayAsync("from inside", sender.PairId));
        Assert.Equal(3, await Session.BroadcastAsync(new byte[] { 65, 66 }));

        string[] heard = ["message from outside", "message from inside", "message AB"];
        Assert.Equal(heard, await first.WaitForAsync(3));
        Assert.Equal(heard, await last.WaitForAsync(3));
        Assert.Equal(["message AB"], await own.WaitForAsync(1));
    }

    [Fact]
    public async Task Broadcast_WhileAClientIsTakenIn_ReachesItToo()
    {
        var (_, first) = await _meeting.JoinAsync(path: MeetingSession.Greets);
        var (_, second) = await _meeting.JoinAsync(path: MeetingSession.Greets);

        Assert.Equal(["message 1 are here", "message 2 are here"], await first.WaitForAsync(2));
        Assert.Equal(["message 2 are here"], await second.WaitForAsync(1));
    }

    [Fact]
    public async Task Broadcast_OneFullOneClosingOneHalfOpen_HoldsUpNobody()
    {
        var full = await _meeting.JoinFullAsync();
        var (closing, closingLog) = await _meeting.JoinAsync(options: new AcceptOptions { AllowHalfOpen = true });
        await Session.CloseWebSocketAsync(closing.PairId, 4000);
        var (halfOpen, halfOpenLog) = await _meeting.JoinAsync(path: MeetingSession.HalfOpen);
        halfOpen.Close(1000);
        var (_, log) = await _meeting.JoinAsync();
        await one.IdleAsync();

        Assert.Equal(2, await Session.BroadcastAsync("to whom it may concern"));

        Assert.Equal(["message to whom it may concern"], await log.WaitForAsync(1));
        Assert.Equal(["message to whom it may concern"], await halfOpenLog.WaitForAsync(1));
        Assert.Equal(["close 4000 '' clean in Closing"], closingLog.Lines);
        Assert.Equal(ReadyState.Open, (await Session.GetWebSocketsAsync()).Single(socket => socket.Id == full.PairId).ReadyState);
    }

    [Fact]
    public async Task Broadcast_CloseWhenFull_ClosesThatSocketBehindWhatWasSent()
    {
        var full = await _meeting.JoinFullAsync();
        var (_, log) = await _meeting.JoinAsync();

        Assert.Equal(1, await Session.BroadcastAsync("on", whenFull: BroadcastFullMode.Close));
        Assert.Equal(1, await Session.BroadcastAsync("and on", whenFull: BroadcastFullMode.Close));

        Assert.Equal(["message on", "message and on"], await log.WaitForAsync(2));
        Assert.Equal([ReadyState.Closing, ReadyState.Open], (await Session.GetWebSocketsAsync()).Select(socket => socket.ReadyState));
        List<string> events = [];
        full.OnMessage(e => events.Add($"{e.Data.Bytes.Length}"));
        full.OnClose(e => events.Add($"{e.Code} {e.Reason}"));
        full.Accept();
        await one.PairGoneAsync(full);
        Assert.Equal(["2097152", "1013 The client does not keep up."], events);
    }

    [Fact]
    public async Task Broadcast_AboveTheLimit_ThrowsAndNobodyGetsIt()
    {
        var (_, log) = await _meeting.JoinAsync();

        var refused = await Assert.ThrowsAsync<WebSocketPairException>(() => Session.BroadcastAsync(new byte[33 * 1024 * 1024]));

        Assert.Equal(WebSocketPairErrorKind.MessageTooLarge, refused.Kind);
        await one.IdleAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Broadcast_AboveTheLimitThatASocketHasKept_MissesThatSocketOnly()
    {
        var (_, log) = await _meeting.JoinAsync();
        await Session.UseAsync(OneSilo.Large);
        var (large, _) = await _meeting.JoinAsync();
        List<int> received = [];
        large.OnMessage(e => received.Add(e.Data.Bytes.Length));

        Assert.Equal(1, await Session.BroadcastAsync(new byte[33 * 1024 * 1024]));
        Assert.Equal(2, await Session.BroadcastAsync("small"));

        Assert.Equal(["message small"], await log.WaitForAsync(1));
        await one.IdleAsync();
        Assert.Equal([33 * 1024 * 1024, 5], received);
    }

    [Fact]
    public async Task Broadcast_ToManySockets_HoldsThePayloadOnce()
    {
        List<byte[]> payloads = [];
        for (var i = 0; i < 3; i++)
        {
            var (client, _) = await _meeting.JoinAsync();
            client.OnMessage(e =>
            {
                Assert.True(MemoryMarshal.TryGetArray(e.Data.Bytes, out var payload));
                lock (payloads)
                {
                    payloads.Add(payload.Array!);
                }
            });
        }

        Assert.Equal(3, await Session.BroadcastAsync("the same for all"));
        await one.IdleAsync();

        Assert.Equal(3, payloads.Count);
        Assert.Single(payloads.Distinct());
    }

    [Fact]
    public async Task Broadcast_ClientsThatDoNotRead_ThePayloadIsCountedOnce()
    {
        const int Length = 500_000;
        List<WebSocketEnd> clients = [];
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await _meeting.ClaimAsync(await _meeting.UpgradeAsync("/")));
        }

        await one.IdleAsync();
        var budget = one.Cluster.Silos[0].Hub.Host.Budget;
        var before = budget.HeldBytes;
        Assert.Equal(3, await Session.BroadcastAsync(new byte[Length]));

        // What earlier pairs held may go meanwhile.
        Assert.InRange(budget.HeldBytes - before, long.MinValue, Length);
        foreach (var client in clients)
        {
            client.Accept();
            client.Close(1000);
        }
    }
}
