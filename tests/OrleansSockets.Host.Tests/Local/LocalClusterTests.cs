using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Host.Tests.Local;

/// <summary>Azurite, two edges, two cores and nginx, started by their script and used as a newcomer would.</summary>
public sealed class LocalClusterTests(RunningLocalCluster running) : IClassFixture<RunningLocalCluster>
{
    /// <summary>How many the script uses.</summary>
    internal const int Ports = 18;

    private readonly LocalCluster _cluster = running.Cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rooms_MembersOnBothEdges_AreInOneRoom()
    {
        using var ann = await _cluster.ConnectToAsync("edge-a", "rooms/tea?name=ann", Token);
        Assert.Equal("ann is here", await ann.ReceiveAsync(Token));
        using var bob = await _cluster.ConnectToAsync("edge-b", "rooms/tea?name=bob", Token);
        Assert.Equal("bob is here", await ann.ReceiveAsync(Token));
        Assert.Equal("bob is here", await bob.ReceiveAsync(Token));

        await bob.SendAsync("milk?", Token);

        Assert.Equal("bob: milk?", await ann.ReceiveAsync(Token));
        Assert.Equal("bob: milk?", await bob.ReceiveAsync(Token));
    }

    [Theory]
    [InlineData("/admin/nodes")]
    [InlineData("/Admin/nodes")]
    [InlineData("//admin/nodes")]
    [InlineData("/echo/../admin/nodes")]
    [InlineData("/rooms/x/../../admin/nodes")]
    [InlineData("/rooms/..%2fadmin/nodes")]
    [InlineData("/%61dmin/nodes")]
    [InlineData("/metrics")]
    [InlineData("/metrics/")]
    [InlineData("/Metrics")]
    [InlineData("/METRICS/")]
    [InlineData("/./metrics")]
    [InlineData("/%6detrics")]
    [InlineData("/metrics;x")]
    [InlineData("/page/choices")]
    [InlineData("/health/ready")]
    [InlineData("/")]
    public async Task Proxy_WhatIsForTheInside_404InEveryWayToWriteIt(string target)
    {
        // As it is written here: HttpClient would tidy it up.
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _cluster.Port, Token);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Token);
        using var reader = new StreamReader(client.GetStream());

        Assert.StartsWith("HTTP/1.1 404", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admin_AtAClientsPort_IsRefusedAlsoToAProxyThatSaysNothing()
    {
        using var http = new HttpClient();
        var node = _cluster.AddressOf("edge-a");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("admin/nodes"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("page/choices"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(""));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await http.GetAsync(new Uri(node, path), Token);
            Assert.False(answer.Headers.Contains("Server"));
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Page_AtTheAdministratorsPort_OpensItsOwnSockets()
    {
        using var http = new HttpClient();
        using var page = await http.GetAsync(_cluster.AdminOf("edge-a"), Token);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        using var foreign = new ClientWebSocket();
        foreign.Options.SetRequestHeader("Origin", "https://example.com");
        foreign.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(Ends(), Token));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.HttpStatusCode);

        using var own = new ClientWebSocket();
        own.Options.SetRequestHeader("Origin", _cluster.AdminOf("edge-a").GetLeftPart(UriPartial.Authority));
        own.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => own.ConnectAsync(Ends(), Token));

        // Of no pair, so the session refuses it; but nobody has minded the origin.
        Assert.NotEqual(HttpStatusCode.Forbidden, own.HttpStatusCode);

        Uri Ends() => new UriBuilder(new Uri(_cluster.AdminOf("edge-a"), $"page/ends/{Guid.NewGuid():N}-0")) { Scheme = "ws" }.Uri;
    }

    [Fact]
    public async Task Start_WithAPortThatIsTaken_SaysWhichAndEnds()
    {
        var (code, output) = await LocalCluster.RunAsync(_cluster.Port, Token, "--fresh");

        Assert.Equal(1, code);
        Assert.Contains($"Port {_cluster.Port} is in use", output, StringComparison.Ordinal);
        // Least of all has it taken the store away from the one that runs.
        await _cluster.AdministerAsync(Token, "deployments", "put", "taken", "--date", "2026-04-07");
    }

    [Fact]
    public async Task Clients_WhoseEdgeEnds_ComeBackToTheOther_AndCtrlCEndsAllAndNothingElse()
    {
        var port = FreePort.NextBlock(Ports);
        await using (var second = await LocalCluster.StartAsync(port, Token, "--no-build"))
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => second.ConnectAsync("echo", Token)));
            Assert.Equal([("edge-a", 2), ("edge-b", 2)], await SocketsAsync(second));
            await JoinAcrossEdgesAsync(second);
            await PutTwiceAsync(second);

            var others = await LoseAnEdgeAsync(second, clients);

            var started = second.ProcessIds();
            var interrupted = second.InterruptAsync(Token);
            await Task.WhenAll(others.Select(BeToldToComeBackAsync));
            await interrupted;
            Assert.Equal(130, second.ExitCode);
            // The script, its store, three nodes, and the proxy with its workers.
            Assert.True(started.Count >= 7, $"Only {started.Count} processes were found:\n{second.Output}");
            Assert.DoesNotContain(started, id => Path.Exists($"/proc/{id}"));
            Array.ForEach(clients, client => client.Dispose());
        }

        using (var untouched = await _cluster.ConnectAsync("echo", Token))
        {
            await EchoAsync(untouched);
        }

        await using var again = await LocalCluster.StartAsync(port, Token, "--no-build");
        var tea = await again.AdministerAsync(Token, "deployments", "get", "tea");
        Assert.Equal(2, tea.GetProperty("revision").GetInt64());
        Assert.Equal("web_socket_manual_reply_to_close", $"{tea.GetProperty("compatibilityFlags")[0]}");
        await again.InterruptAsync(Token);
        again.Forget();
    }

    private static async Task<IEnumerable<(string, int)>> SocketsAsync(LocalCluster cluster) =>
        from node in (await cluster.AdministerAsync(Token, "nodes")).EnumerateArray()
        let name = $"{node.GetProperty("name")}"
        where name.StartsWith("edge", StringComparison.Ordinal)
        orderby name
        select (name, node.GetProperty("sockets").GetInt32());

    private static async Task EchoAsync(TestSocket client)
    {
        await client.SendAsync("hello", Token);
        Assert.Equal("hello", await client.ReceiveAsync(Token));
    }

    // infra/README.md says that the proxy gives the two clients different edges.
    private static async Task JoinAcrossEdgesAsync(LocalCluster cluster)
    {
        using var a = await cluster.ConnectAsync("pairs/tea/0", Token);
        using var b = await cluster.ConnectAsync("pairs/tea/1", Token);
        await a.SendAsync("from a", Token);
        Assert.Equal("from a", await b.ReceiveAsync(Token));

        var pairs = (await cluster.AdministerAsync(Token, "pairs", "list")).GetProperty("pairs").EnumerateArray();
        var joined = pairs.Single(
            pair => pair.GetProperty("ends").EnumerateArray().All(end => end.GetProperty("phase").ToString() == "coupled"));
        var nodes = joined.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("node").ToString());
        Assert.Equal(2, nodes.Distinct().Count());

        var closing = a.CloseAsync(4001, "enough", Token);
        Assert.Null(await b.ReceiveAsync(Token));
        await b.CloseAsync(4001, "enough", Token);
        await closing;
    }

    private static async Task PutTwiceAsync(LocalCluster cluster)
    {
        await cluster.AdministerAsync(Token, "deployments", "put", "tea", "--new", "--date", "2026-04-07");
        await cluster.AdministerAsync(
            Token, "deployments", "put", "tea", "--revision", "1", "--date", "2026-04-07", "--flag", "web_socket_manual_reply_to_close");
    }

    // The clients that the other edge has.
    private static async Task<List<TestSocket>> LoseAnEdgeAsync(LocalCluster cluster, IEnumerable<TestSocket> clients)
    {
        var ended = cluster.TerminateAsync("edge-a", Token);
        var receiving = clients.ToDictionary(client => client.ReceiveAsync(Token));
        for (var closed = 0; closed < 2; closed++)
        {
            var first = await Task.WhenAny(receiving.Keys);
            receiving.Remove(first, out var client);
            Assert.Null(await first);
            await AnswerAsync(client!);
            using var back = await cluster.ConnectAsync("echo", Token);
            await EchoAsync(back);
        }

        Assert.Equal("(0).", await ended);
        foreach (var (receive, client) in receiving)
        {
            await client.SendAsync("still here", Token);
            Assert.Equal("still here", await receive);
        }

        return [.. receiving.Values];
    }

    private static async Task BeToldToComeBackAsync(TestSocket client)
    {
        Assert.Null(await client.ReceiveAsync(Token));
        await AnswerAsync(client);
    }

    private static async Task AnswerAsync(TestSocket client)
    {
        Assert.Contains(client.CloseCode, new int?[] { 1001, 1012 });
        await client.CloseAsync(client.CloseCode!.Value, "", Token);
    }
}
