using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Testing;

public sealed class EdgeClientTests : IAsyncLifetime
{
    private readonly List<string> _closes = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PairTestCluster? _cluster;

    private TestSilo Edge => _cluster!.Silos[0];

    public async ValueTask InitializeAsync() => _cluster = await PairTestCluster.StartAsync(2, options => options.MapEndpoints(endpoints =>
    {
        endpoints.MapGet("/echo", () =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => server.Send($"echo: {e.Data}"));
            server.OnClose(e =>
            {
                _closes.Add($"{e.Code} {e.WasClean}");
                _closed.SetResult();
            });
            return Results.WebSocket(client);
        });
        endpoints.MapWebSocketPairs("/pairs");
    }));

    public ValueTask DisposeAsync() => _cluster!.DisposeAsync();

    [Fact]
    public async Task Connect_AnEndpoint_Echoes()
    {
        using var client = await Edge.ConnectAsync("/echo");
        await client.SendAsync("hi");
        Assert.Equal("echo: hi", await client.ReceiveAsync());
        await client.SendAsync(new byte[3]);
        Assert.Equal("echo: \0\0\0", await client.ReceiveAsync());
        await client.CloseAsync(4000, "done");
        Assert.Equal(new CloseEvent(4000, "done", true), await client.ReceiveCloseAsync());
        await _closed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["4000 True"], _closes);
    }

    [Fact]
    public async Task Abort_AClient_TheEndSees1006()
    {
        var client = await Edge.ConnectAsync("/echo");
        await client.SendAsync("hi");
        await client.ReceiveAsync();
        client.Abort();
        await _closed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["1006 False"], _closes);
    }

    [Fact]
    public async Task Pairs_TwoClientsOnTwoEdges_MeetAndSeeAKill()
    {
        var other = _cluster!.Silos[1];
        using var a = await Edge.ConnectAsync("/pairs/x/0");
        using var b = await other.ConnectAsync("/pairs/x/1");
        await a.SendAsync("to b");
        Assert.Equal("to b", await b.ReceiveAsync());
        await b.SendAsync("to a");
        Assert.Equal("to a", await a.ReceiveAsync());

        await _cluster.KillAsync(other);
        Assert.False((await a.ReceiveCloseAsync()).WasClean);
        Assert.False((await b.ReceiveCloseAsync()).WasClean);
    }

    [Fact]
    public async Task Connect_NoSuchEndpoint_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => Edge.ConnectAsync("/nothing"));
        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateHttpClient_NoUpgrade_Answers426()
    {
        using var http = Edge.CreateHttpClient();
        using var response = await http.GetAsync(new Uri("/pairs/x/0", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }
}
