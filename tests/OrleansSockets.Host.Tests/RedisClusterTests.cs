using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>Two processes that know nothing of each other but the same Redis.</summary>
public class RedisClusterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pairs_AClientOnEachNode_AreJoined()
    {
        var port = FreePort.Next();
        await using var redis = new ChildProcess(
            "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        await redis.ReadAfterAsync("Ready to accept connections", Token);
        string[] clustering = ["--Clustering:Provider=Redis", $"--Clustering:Redis=127.0.0.1:{port}"];
        await using var first = await NodeProcess.StartAsync(Token, clustering);
        await using var second = await NodeProcess.StartAsync(Token, clustering);

        using var a = await TestSocket.ConnectAsync(first.Socket("pairs/tea/0"), Token);
        using var b = await TestSocket.ConnectAsync(second.Socket("pairs/tea/1"), Token);
        await a.SendAsync("from a", Token);

        Assert.Equal("from a", await b.ReceiveAsync(Token));
    }
}
