using OrleansSockets.Compatibility;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>Three living silos, shared by the tests that kill none of them.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    public const string Manual = "manual";

    private PairTestCluster? _cluster;

    public PairTestCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync() => _cluster = await PairTestCluster.StartAsync(
        3,
        options => options.ConfigurePairs(pairs =>
        {
            pairs.SendBufferSize = 1024 * 1024;
            pairs.Deployments[Manual] = new CompatibilitySettings("2026-04-06", []);
        }));

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
