using OrleansSockets.Custody;
using OrleansSockets.Pairs;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

/// <summary>Who calls the grain of a pair without the secret of an end does nothing to that end.</summary>
[Collection(OneSilo.Collection)]
public sealed class TakeoverTests(OneSilo one)
{
    public static TheoryData<int, bool> Cases => new() { { 0, false }, { 0, true }, { 1, false }, { 1, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Attach_WithoutTheSecret_IsRefusedAndTheEndGoesOn(int side, bool isEmpty)
    {
        var (client, server) = await one.ClaimedPairAsync();
        var end = side == 0 ? client : server;
        AttachRequest request;
        using (end.Core.Pair.Gate.Enter())
        {
            request = end.Core.Request(one.Silo.Address) with
            {
                Secret = Wrong(isEmpty), OutEnded = true, InFinished = true, Consumed = 1000,
            };
        }

        Assert.Equal(AttachOutcome.AlreadyClaimed, (await Grain(end).AttachAsync(request)).Outcome);
        Assert.Equal(AttachOutcome.AlreadyClaimed, one.Silo.Get<EndRecovery>().AttachHere(request).Outcome);

        await MeetAsync(client, server);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task GiveUpAndWithdraw_WithoutTheSecret_DoNothing(int side, bool isEmpty)
    {
        var (client, server) = await one.ClaimedPairAsync();

        await Grain(client).WithdrawAsync(side, Wrong(isEmpty));
        await Grain(client).GiveUpAsync(side, Wrong(isEmpty));

        await MeetAsync(client, server);
    }

    private static Guid Wrong(bool isEmpty) => isEmpty ? Guid.Empty : Guid.NewGuid();

    private IPairGrain Grain(WebSocketEnd end) => one.Silo.Grains.GetGrain<IPairGrain>(end.Core.Pair.Id.Value);

    private async Task MeetAsync(WebSocketEnd client, WebSocketEnd server)
    {
        var (atClient, atServer) = (new EventLog(client), new EventLog(server));
        client.Send("there");
        server.Send("back");
        Assert.Equal(["message there"], await atServer.WaitForAsync(1));
        Assert.Equal(["message back"], await atClient.WaitForAsync(1));
        client.Close(4000, "done");
        Assert.Equal("close 4000 'done' clean in Closed", (await atServer.WaitForAsync(2))[1]);
        await one.PairGoneAsync(client);
    }
}
