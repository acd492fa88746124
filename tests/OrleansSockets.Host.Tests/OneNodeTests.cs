using System.Net;
using System.Net.WebSockets;
using Xunit;

namespace OrleansSockets.Host.Tests;

/// <summary>What the program serves, one node alone.</summary>
public sealed class OneNodeTests(RunningNode running) : IClassFixture<RunningNode>
{
    private readonly NodeProcess _node = running.Node;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echo_TextAndClose_ComeBack()
    {
        using var client = await TestSocket.ConnectAsync(_node.Socket("echo"), Token);

        await client.SendAsync("hello", Token);
        var answer = await client.ReceiveAsync(Token);
        await client.CloseAsync(4001, "done", Token);

        Assert.Equal("hello", answer);
        Assert.Equal((4001, "done"), (client.CloseCode, client.CloseReason));
    }

    [Fact]
    public async Task Rooms_OneSpeaks_AllHear()
    {
        using var ann = await TestSocket.ConnectAsync(_node.Socket("rooms/tea?name=ann"), Token);
        Assert.Equal("ann is here", await ann.ReceiveAsync(Token));
        using var bob = await TestSocket.ConnectAsync(_node.Socket("rooms/tea?name=bob"), Token);
        Assert.Equal("bob is here", await ann.ReceiveAsync(Token));
        Assert.Equal("bob is here", await bob.ReceiveAsync(Token));

        await bob.SendAsync("milk?", Token);
        Assert.Equal("bob: milk?", await ann.ReceiveAsync(Token));
        await bob.CloseAsync(1000, "", Token);

        Assert.Equal("bob has left", await ann.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Proxy_ToAnAddressThatIsNotListed_IsForbidden()
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(
            () => TestSocket.ConnectAsync(_node.Socket("proxy?to=ws://example.com/"), Token));

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    [InlineData("")]
    public async Task Get_OfHealthAndPage_IsOk(string path)
    {
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(_node.Address, path), Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // Strangers need not know what serves them.
        Assert.Empty(answer.Headers.Server);
    }
}
