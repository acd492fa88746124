using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>Two nodes for all tests of a class; the second joined through the first, and may be its proxy.</summary>
public sealed class TwoRunningNodes : IAsyncLifetime
{
    internal NodeProcess First { get; private set; } = null!;

    internal NodeProcess Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        First = await NodeProcess.StartAsync(TestContext.Current.CancellationToken);
        try
        {
            Second = await First.StartPeerAsync(
                TestContext.Current.CancellationToken, $"--Proxy:Allow:0={First.Socket("")}");
        }
        catch
        {
            await First.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }
}
