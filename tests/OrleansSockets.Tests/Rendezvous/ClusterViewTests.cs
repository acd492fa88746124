using OrleansSockets.Rendezvous;

namespace OrleansSockets.Tests.Rendezvous;

public sealed class ClusterViewTests
{
    private const int Names = 3000;

    [Fact]
    public void HomeOf_NoSilo_IsNull() => Assert.Null(new ClusterView(1, [], []).HomeOf("n"));

    [Fact]
    public void HomeOf_WhateverTheOrderOfTheSilos_IsTheSame()
    {
        var silos = Silos.Addresses(5);
        var (there, back) = (new ClusterView(1, silos, []), new ClusterView(2, silos.Reverse(), []));

        Assert.All(Enumerable.Range(0, Names), i => Assert.Equal(there.HomeOf($"n{i}"), back.HomeOf($"n{i}")));
    }

    [Fact]
    public void HomeOf_ManyNames_EachSiloHasItsShare()
    {
        var view = new ClusterView(1, Silos.Addresses(4), []);
        var shares = Enumerable.Range(0, Names).GroupBy(i => view.HomeOf($"room-{i}")).Select(group => group.Count()).ToArray();

        Assert.Equal(4, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, Names / 4 * 0.8, Names / 4 * 1.2));
    }

    [Fact]
    public void HomeOf_ASiloLess_OnlyItsNamesMove()
    {
        var silos = Silos.Addresses(4);
        var (before, after) = (new ClusterView(1, silos, []), new ClusterView(2, silos[..3], []));

        Assert.All(
            Enumerable.Range(0, Names).Select(i => $"n{i}").Where(name => !before.HomeOf(name)!.Equals(silos[3])),
            name => Assert.Equal(before.HomeOf(name), after.HomeOf(name)));
    }
}
