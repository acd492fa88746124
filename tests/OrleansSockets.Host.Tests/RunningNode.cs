using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>One node for all tests of a class.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    internal NodeProcess Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await NodeProcess.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
