using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansSockets.Sessions;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Sessions;

public interface IPlacedSession : IWebSocketSession
{
    Task<string> SiloAsync();
}

public sealed class PlacedSession(ILocalSiloDetails silo) : WebSocketSession, IPlacedSession
{
    public Task<string> SiloAsync() => Task.FromResult(silo.Name);

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request) =>
        Task.FromResult(UpgradeResponse.Reject(503, "Only its place counts."));
}

public sealed class NodeRoleTests
{
    [Fact]
    public async Task UseNodeRole_OneCoreAndTwoEdges_SessionsLiveOnTheCore()
    {
        var started = 0;
        await using var cluster = await PairTestCluster.StartAsync(3, options =>
            options.ConfigureSilo(silo => silo.UseNodeRole(Interlocked.Increment(ref started) == 1 ? NodeRole.Core : NodeRole.Edge)));
        var places = await Task.WhenAll(Enumerable.Range(0, 60)
            .Select(i => cluster.Silos[i % 3].Grains.GetGrain<IPlacedSession>($"session-{i}").SiloAsync()));
        var core = Assert.Single(cluster.Silos, silo => silo.Services.GetRequiredService<ISiloMetadataCache>()
            .GetSiloMetadata(silo.Address).Metadata[SessionPlacement.RoleKey] == nameof(NodeRole.Core));
        Assert.Equal([core.Name], places.Distinct());
    }
}
