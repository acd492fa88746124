using System.Net;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

public sealed class FinishedPairsTests
{
    private readonly FinishedPairs _finished = new();

    [Fact]
    public void Add_ManyLaterPairs_KeepsWhichEndsWereHereLongerThanWhatTheyDid()
    {
        var first = Add(1);
        for (var i = 0; i < 1_000; i++)
        {
            Add(0, 1);
        }

        Assert.Null(_finished.Find(first));
        Assert.True(_finished.Contains(first, Side.Server));
        Assert.False(_finished.Contains(first, Side.Client));
    }

    [Fact]
    public void Add_ForEver_ForgetsTheOldest()
    {
        var first = Add(0);
        for (var i = 0; i < 100_000; i++)
        {
            Add(0);
        }

        Assert.False(_finished.Contains(first, Side.Client));
    }

    [Fact]
    public void Add_GrainOnceMoreAfterTheEnds_KeepsTheEnds()
    {
        var id = Add(0, 1);
        _finished.Add(id, Snapshot());

        Assert.Equal(2, _finished.Find(id)!.Ends.Length);
        Assert.True(_finished.Contains(id, Side.Client) && _finished.Contains(id, Side.Server));
    }

    private PairId Add(params int[] sides)
    {
        var id = new PairId(Guid.NewGuid());
        _finished.Add(id, Snapshot(sides));
        return id;
    }

    private static PairHostSnapshot Snapshot(params int[] sides) => new(
        SiloAddress.New(
            IPAddress.Loopback,
            11111,
            1), [.. sides.Select(side => new EndSnapshot(side, ReadyState.Closed, "Accepted", "default", 1, 0))], [], IsDone: true);
}
