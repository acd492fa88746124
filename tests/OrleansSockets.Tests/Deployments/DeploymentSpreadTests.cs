using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Deployments;

/// <summary>What every silo knows of a write, whatever is lost on the way.</summary>
public sealed class DeploymentSpreadTests
{
    private static readonly CompatibilitySettings Manual = new("2026-04-07", ["web_socket_manual_reply_to_close"]);
    private static readonly CompatibilitySettings Plain = new("2026-04-07", []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithoutAStorage_AllSilosAreReplacedOneByOne_NothingIsForgotten()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        Assert.False(cluster.Silos[0].Services.GetRequiredService<DeploymentStorage>().IsPersistent);
        await PutAsync(cluster.Silos[0], "d", Plain, 0);
        await PutAsync(cluster.Silos[1], "d", Manual, 1);
        await PutAsync(cluster.Silos[0], "gone", Plain, 0);
        await cluster.Silos[0].Grains.GetDeployment("gone").DeleteAsync(null);
        await KnownAsync(cluster.Silos[1], "d", 2);

        for (var replaced = 0; replaced < 2; replaced++)
        {
            var added = await cluster.AddSiloAsync();
            await KnownAsync(added, "d", 2);
            await cluster.KillAsync(cluster.Silos[0]);
        }

        var silo = cluster.Silos[1];
        Assert.Equal(2, (await silo.Grains.GetDeployment("d").GetAsync())!.Revision);
        Assert.Contains("d", (await silo.Grains.ListDeploymentsAsync()).Select(deployment => deployment.Name));
        Assert.Null(await silo.Grains.GetDeployment("gone").GetAsync());
        Assert.Equal(3, (await PutAsync(silo, "d", Plain, 2)).Revision);
        Assert.Equal(3, (await PutAsync(silo, "gone", Plain, 0)).Revision);
    }

    [Fact]
    public async Task WithoutAStorage_TheCatalogDiesRightAfterAWrite_TheWritersSiloRemembers()
    {
        await using var cluster = await PairTestCluster.StartAsync(3);
        var management = cluster.Grains.GetGrain<IManagementGrain>(0);
        var catalog = await management.GetActivationAddress(cluster.Grains.GetGrain<IDeploymentCatalogGrain>(0), Cancellation);
        var name = await NameAsync(0);

        Assert.Equal(2, (await PutAsync(cluster.Silos[0], name, Plain, 1)).Revision);
        await cluster.KillAsync(cluster.Silos.Single(silo => silo.Address.Equals(catalog)));

        foreach (var silo in cluster.Silos)
        {
            await KnownAsync(silo, name, 2);
        }

        // One whose grain lives elsewhere than the catalog.
        async Task<string> NameAsync(int number)
        {
            await PutAsync(cluster.Silos[0], $"d{number}", Manual, 0);
            var address = await management.GetActivationAddress(cluster.Grains.GetDeployment($"d{number}"), Cancellation);
            return catalog!.Equals(address) ? await NameAsync(number + 1) : $"d{number}";
        }
    }

    [Fact]
    public async Task Put_ThatCannotBePublished_IsWrittenAndReachesEverySilo()
    {
        var filter = new PublicationFilter();
        await using var cluster = await StartAsync(new SharedStore(), filter);
        filter.Refuse(1);

        Assert.Equal(1, (await PutAsync(cluster.Silos[0], "d", Manual, 0)).Revision);

        Assert.Equal(0, filter.Left);
        // Sooner than the catalog would begin to wonder.
        await KnownAsync(cluster.Silos[0], "d", 1, limit: 4);
        await KnownAsync(cluster.Silos[1], "d", 1, limit: 4);
    }

    [Fact]
    public async Task Put_WhoseWriterIsLostBeforeItPublishes_ReachesEverySiloAllTheSame()
    {
        var filter = new PublicationFilter();
        await using var cluster = await StartAsync(new SharedStore(), filter);
        // The writer's silo says nothing for ever, as if it were dead.
        filter.Refuse(int.MaxValue);

        await PutAsync(cluster.Silos[0], "d", Manual, 0);

        await KnownAsync(cluster.Silos[0], "d", 1);
        await KnownAsync(cluster.Silos[1], "d", 1);
    }

    [Fact]
    public async Task Put_ThatTheStoreTookAndDenied_ReachesEverySiloWithoutAFurtherWrite()
    {
        var store = new SharedStore();
        await using var cluster = await StartAsync(store);
        await PutAsync(cluster.Silos[0], "d", Plain, 0);

        store.IsLying = true;
        var result = await cluster.Silos[0].Grains.GetDeployment("d").PutAsync(Manual, 1);
        store.IsLying = false;

        Assert.Equal(DeploymentWriteOutcome.StoreUnavailable, result.Outcome);
        await KnownAsync(cluster.Silos[0], "d", 2);
        await KnownAsync(cluster.Silos[1], "d", 2);
        Assert.Equal(2, (await cluster.Silos[1].Grains.GetDeployment("d").GetAsync())!.Revision);
    }

    [Fact]
    public async Task Put_WhileTheStoreIsAway_FailsAndTheLastSettingsAreReadStill()
    {
        var store = new SharedStore();
        await using var cluster = await StartAsync(store);
        var deployment = cluster.Grains.GetDeployment("d");
        var unlisted = cluster.Grains.GetDeployment("unlisted");
        await PutAsync(cluster.Silos[0], "d", Plain, 0);
        Assert.Null(await unlisted.GetAsync());

        store.IsAway = true;
        Assert.Equal(DeploymentWriteOutcome.StoreUnavailable, (await deployment.PutAsync(Manual, 1)).Outcome);
        Assert.Equal(DeploymentWriteOutcome.StoreUnavailable, (await deployment.DeleteAsync(1)).Outcome);
        Assert.Equal(DeploymentWriteOutcome.StoreUnavailable, (await unlisted.PutAsync(Manual, 0)).Outcome);
        Assert.Equal(1, (await deployment.GetAsync())!.Revision);
        Assert.Contains(await cluster.Grains.ListDeploymentsAsync(), listed => listed is { Name: "d", Revision: 1 });

        store.IsAway = false;
        Assert.Equal(2, (await PutAsync(cluster.Silos[0], "d", Manual, 1)).Revision);
        Assert.Equal(1, (await PutAsync(cluster.Silos[1], "unlisted", Manual, 0)).Revision);
        Assert.Superset(
            new HashSet<string> { "d", "unlisted" },
            (await cluster.Grains.ListDeploymentsAsync()).Select(listed => listed.Name).ToHashSet());
    }

    [Fact]
    public async Task Put_AfterTheStoreHasLostAll_GoesOnFromWhatTheSilosKnow()
    {
        var store = new SharedStore();
        await using var cluster = await StartAsync(store);
        await PutAsync(cluster.Silos[0], "d", Plain, 0);
        await PutAsync(cluster.Silos[0], "d", Plain, 1);
        await KnownAsync(cluster.Silos[0], "d", 2);
        await KnownAsync(cluster.Silos[1], "d", 2);

        store.Lose();
        var first = await cluster.Silos[0].Grains.GetDeployment("d").PutAsync(Manual, 2);

        // The grain finds out that it knew nothing of the store; the next one knows better.
        Assert.Equal(DeploymentWriteOutcome.Conflict, first.Outcome);
        Assert.Equal(3, (await PutAsync(cluster.Silos[0], "d", Manual, 2)).Revision);
    }

    [Fact]
    public async Task Put_AfterADelete_ContinuesTheRevisions_AndOldNewsBringNothingBack()
    {
        await using var cluster = await StartAsync(new SharedStore());
        var deployment = cluster.Grains.GetDeployment("d");
        var catalog = cluster.Silos[0].Grains.GetGrain<IDeploymentCatalogGrain>(0);
        await PutAsync(cluster.Silos[0], "d", Plain, 0);
        var old = (await catalog.FindAsync("d"))!;
        Assert.Equal(DeploymentWriteOutcome.Written, (await deployment.DeleteAsync(1)).Outcome);

        await catalog.PublishAsync([old]);

        Assert.Null((await catalog.FindAsync("d"))!.Snapshot);
        Assert.Equal(DeploymentWriteOutcome.Conflict, (await deployment.PutAsync(Plain, 1)).Outcome);
        var again = await deployment.PutAsync(Plain, 0);
        Assert.Equal((3, true), (again.Deployment!.Revision, again.IsNew));
        Assert.False((await deployment.PutAsync(Plain, 3)).IsNew);
    }

    private static Task<PairTestCluster> StartAsync(SharedStore store, PublicationFilter? filter = null) =>
        PairTestCluster.StartAsync(2, options => options.ConfigureSilo(silo =>
    {
        silo.Services.AddKeyedSingleton<IGrainStorage>(DeploymentStorage.Name, store);
        if (filter is not null)
        {
            silo.AddOutgoingGrainCallFilter(filter);
        }
    }));

    private static async Task<DeploymentSnapshot> PutAsync(TestSilo silo, string name, CompatibilitySettings settings, long ifRevision)
    {
        var result = await silo.Grains.GetDeployment(name).PutAsync(settings, ifRevision);
        Assert.True(result.Outcome == DeploymentWriteOutcome.Written, $"{result}");
        return result.Deployment!;
    }

    // What a new pair there would take.
    private static async Task KnownAsync(TestSilo silo, string name, long revision, int limit = 15)
    {
        var registry = silo.Services.GetRequiredService<DeploymentRegistry>();
        var started = TimeProvider.System.GetTimestamp();
        while (registry.Find(name)?.Snapshot.Revision != revision)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(limit),
                $"{silo} has revision {registry.Find(name)?.Snapshot.Revision} of {name}, not {revision}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }
    }

    private sealed class PublicationFilter : IOutgoingGrainCallFilter
    {
        private int _left;

        public int Left => Volatile.Read(ref _left);

        public void Refuse(int calls) => Volatile.Write(ref _left, calls);

        public Task Invoke(IOutgoingGrainCallContext context) =>
            context.InterfaceMethod.Name == nameof(IDeploymentCatalogGrain.PublishAsync) && Interlocked.Decrement(ref _left) >= 0
                ? throw new TimeoutException("The call was lost.")
                : context.Invoke();
    }
}
