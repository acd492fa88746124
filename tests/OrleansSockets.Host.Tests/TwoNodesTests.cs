using System.Net.WebSockets;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>Two processes that joined by configuration alone, as README shows.</summary>
public sealed class TwoNodesTests(TwoRunningNodes running) : IClassFixture<TwoRunningNodes>
{
    private readonly NodeProcess _first = running.First;
    private readonly NodeProcess _second = running.Second;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pairs_AClientOnEachNode_AreJoined()
    {
        using var a = await TestSocket.ConnectAsync(_first.Socket("pairs/tea/0"), Token);
        using var b = await TestSocket.ConnectAsync(_second.Socket("pairs/tea/1"), Token);

        await a.SendAsync("from a", Token);
        await b.SendAsync("from b", Token);
        Assert.Equal("from a", await b.ReceiveAsync(Token));
        Assert.Equal("from b", await a.ReceiveAsync(Token));

        var closing = a.CloseAsync(4001, "enough", Token);
        Assert.Null(await b.ReceiveAsync(Token));
        await b.CloseAsync(4002, "as you like", Token);
        await closing;

        Assert.Equal((4001, "enough"), (b.CloseCode, b.CloseReason));
        Assert.Equal((4002, "as you like"), (a.CloseCode, a.CloseReason));
    }

    [Fact]
    public async Task Rooms_MembersOnBothNodes_AreInOneRoom()
    {
        using var ann = await TestSocket.ConnectAsync(_first.Socket("rooms/tea?name=ann"), Token);
        Assert.Equal("ann is here", await ann.ReceiveAsync(Token));
        using var bob = await TestSocket.ConnectAsync(_second.Socket("rooms/tea?name=bob"), Token);
        Assert.Equal("bob is here", await bob.ReceiveAsync(Token));
        Assert.Equal("bob is here", await ann.ReceiveAsync(Token));

        await bob.SendAsync("milk?", Token);

        Assert.Equal("bob: milk?", await ann.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Proxy_ToTheOtherNode_PassesMessagesAndCloses()
    {
        using var client = await TestSocket.ConnectAsync(_second.Socket($"proxy?to={_first.Socket("echo")}"), Token);

        await client.SendAsync("hello", Token);
        Assert.Equal("hello", await client.ReceiveAsync(Token));
        await client.CloseAsync(4001, "done", Token);

        Assert.Equal((4001, "done"), (client.CloseCode, client.CloseReason));
    }

    [Fact]
    public async Task Proxy_WhenTheOtherServerRefuses_IsABadGateway()
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(
            () => TestSocket.ConnectAsync(_second.Socket($"proxy?to={_first.Socket("health/live")}"), Token));

        Assert.Contains("502", refused.Message, StringComparison.Ordinal);
    }
}
