using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Host.Tests.Local;

/// <summary>The first command of infra/README.md, for all tests of a class.</summary>
public sealed class RunningLocalCluster : IAsyncLifetime
{
    internal LocalCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Cluster = await LocalCluster.StartAsync(FreePort.NextBlock(LocalClusterTests.Ports), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Cluster.InterruptAsync(CancellationToken.None);
        await Cluster.DisposeAsync();
        Cluster.Forget();
    }
}
