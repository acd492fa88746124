using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>What a container runtime sees when it stops a node.</summary>
public class ShutdownTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sigterm_WithAnOpenSocket_ClosesItAndEndsWell()
    {
        await using var node = await NodeProcess.StartAsync(Token);
        using var client = await TestSocket.ConnectAsync(node.Socket("echo"), Token);
        await client.SendAsync("hello", Token);
        await client.ReceiveAsync(Token);

        var stopping = node.TerminateAsync(Token);
        var close = await client.ReceiveAsync(Token);
        await client.CloseAsync(client.CloseCode ?? 1000, "", Token);
        await stopping;

        Assert.Null(close);
        Assert.Contains(client.CloseCode, new int?[] { 1001, 1012 });
        Assert.Equal(0, node.ExitCode);

        // Orleans says little there, by a prefix that our own name has too.
        Assert.Contains("Drained; 0 sockets had to be reset", node.Output, StringComparison.Ordinal);
    }
}
