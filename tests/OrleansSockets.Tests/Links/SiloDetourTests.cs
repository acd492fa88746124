using OrleansSockets.Links;
using OrleansSockets.Testing;
using OrleansSockets.Tests.Clusters;

namespace OrleansSockets.Tests.Links;

/// <summary>Calls from one silo to another whose answer does not come, with a third silo that could make them.</summary>
public sealed class SiloDetourTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly CutLinks _links = new();
    private PairTestCluster _cluster = null!;

    private TestSilo Caller => _cluster.Silos[0];

    private TestSilo Target => _cluster.Silos[1];

    public async ValueTask InitializeAsync() => _cluster = await PairTestCluster.StartAsync(3, options =>
    {
        options.ConfigureSilo(silo => _links.Install(silo.Services));
        options.ConfigurePairs(pairs => pairs.LinkTimeout = TimeSpan.FromSeconds(1));
    });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Call_NoAnswerThoughTheLinkIsUp_IsMadeAgainByAThirdSilo()
    {
        Task<SiloAddress>? late = null;
        var answer = await Caller.Get<SiloDetour>()
            .CallAsync(new SilentCall(Caller.Address, Target.Address, MayRunTwice: true), direct => late = direct)
            .WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.Equal(_cluster.Silos[2].Address, answer);
        Assert.False(late!.IsCompleted);
    }

    [Fact]
    public async Task Call_ThatMayNotRunTwice_EndsWithASentenceWhenTheLinkGoesDown()
    {
        var call = Caller.Get<SiloDetour>().CallAsync(new SilentCall(Caller.Address, Target.Address, MayRunTwice: false));
        _links.Cut(Caller.Address, Target.Address);

        var unavailable = await Assert.ThrowsAsync<SiloUnavailableException>(
            () => call.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Contains("is not made again", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunForOther_WhatTheCallActivates_LivesWhereItRuns()
    {
        // The silo that asks may not reach another one, nor what lives there.
        foreach (var silo in _cluster.Silos)
        {
            for (var i = 0; i < 10; i++)
            {
                var call = new PlacedCall(silo.Grains.GetGrain<IWhere>(Guid.NewGuid().ToString()));
                Assert.Equal(silo.Address, await silo.Get<SiloDetour>().RunForOtherAsync(call));
            }
        }
    }
}
