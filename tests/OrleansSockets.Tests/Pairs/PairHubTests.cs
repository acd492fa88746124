using OrleansSockets.Pairs;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

[Collection(OneSilo.Collection)]
public sealed class PairHubTests(OneSilo one)
{
    [Fact]
    public async Task Enter_WhileOthersFinishThePair_HoldsTheListedOne()
    {
        var hub = one.Silo.Hub;
        var id = new PairId(Guid.NewGuid());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(EnterOften, TestContext.Current.CancellationToken)));

        Assert.Null(hub.Find(id));

        void EnterOften()
        {
            for (var i = 0; i < 20_000; i++)
            {
                using (hub.Enter(id, out var pair))
                {
                    Assert.Same(pair, hub.Find(id));
                    hub.RemoveIfDone(pair);
                }
            }
        }
    }

    [Fact]
    public void Attach_ToARelayThatHasBeenStopped_IsSentToTheNextAndTheTimelineSaysSo()
    {
        var hub = one.Silo.Hub;
        var id = new PairId(Guid.NewGuid());
        PairRelay relay;
        Pair pair;
        using (hub.Enter(id, out pair))
        {
            relay = pair.StartRelay(() => { });
            pair.StopRelay(relay);
        }

        var reply = relay.Attach(new AttachRequest { Pair = id, Side = 0, Host = hub.Silo, Secret = Guid.NewGuid() }, moves: false);

        Assert.Equal(AttachOutcome.NotHere, reply.Outcome);
        Assert.Equal("asked to attach to an activation that had ended", pair.Timeline.ToArray()[^1].What);
    }
}
