namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>A test of the three nodes: all of them run when it begins, and what they have said is told when it fails.</summary>
/// <param name="cluster">The nodes.</param>
/// <param name="output">For what is measured.</param>
/// <param name="limit">A client that waits for what never comes fails its test instead of holding up all of them.</param>
public abstract class HostClusterTest(HostCluster cluster, ITestOutputHelper output, TimeSpan limit)
    : IClassFixture<HostCluster>, IAsyncLifetime
{
    private readonly CancellationTokenSource _limit = new(limit, TimeProvider.System);

    protected HostCluster Cluster { get; } = cluster;

    protected ITestOutputHelper Output { get; } = output;

    protected CancellationToken Cancellation => _limit.Token;

    public async ValueTask InitializeAsync() => await Cluster.StartAsync();

    public ValueTask DisposeAsync()
    {
        _limit.Dispose();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            Output.WriteLine(Cluster.Story);
        }

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
