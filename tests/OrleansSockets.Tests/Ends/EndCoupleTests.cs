using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Compatibility;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Ends;

/// <summary>A proxy in the middle: client | f = u | backend, f and u coupled.</summary>
public sealed class EndCoupleTests
{
    private static readonly AcceptOptions HalfOpen = new() { AllowHalfOpen = true };

    [Fact]
    public async Task Couple_ClientCloses_BothCodesPass()
    {
        await using var proxy = await Proxy.StartAsync();
        await proxy.DoAsync(() => proxy.Client.Close(3000, "bye"));
        await proxy.DoAsync(() =>
        {
            proxy.Backend.Send("tail");
            proxy.Backend.Close(3001, "done");
        });
        Assert.Equal(["close 3000 bye True"], proxy.BackendEvents);
        Assert.Equal(["message tail", "close 3001 done True"], proxy.ClientEvents);
        await proxy.Coupled.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Couple_CloseWithoutCode_StaysWithoutCode()
    {
        await using var proxy = await Proxy.StartAsync();
        await proxy.DoAsync(() => proxy.Backend.Close());
        await proxy.DoAsync(() => proxy.Client.Close());
        Assert.Equal(["close 1005  True"], proxy.ClientEvents);
        Assert.Equal(["close 1005  True"], proxy.BackendEvents);
    }

    [Fact]
    public async Task Couple_BackendIsLost_ClientIsTold1011()
    {
        await using var proxy = await Proxy.StartAsync();
        proxy.Backend.OnMessage(_ => throw new InvalidOperationException("the backend's listener fails"));
        await proxy.DoAsync(() => proxy.Client.Send("x"));
        Assert.Equal(["close 1011 The other side disconnected without sending a Close frame. True"], proxy.ClientEvents);
    }

    [Fact]
    public async Task Couple_BackendNeverAnswers_ClientIsFreeAfterTheTimeout()
    {
        await using var proxy = await Proxy.StartAsync();
        await proxy.DoAsync(() => proxy.Client.Close(3000, "bye"));
        Assert.Empty(proxy.ClientEvents);

        proxy.Time.Advance(new CoupleOptions().CloseTimeout);
        await proxy.Cluster.WaitForIdleAsync();
        Assert.Equal(["close 1011 The other side did not answer the Close in time. True"], proxy.ClientEvents);
        await proxy.Coupled.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Couple_MessageThatTheOtherLegMayNotSend_EndsBothAndIsNotJustMissing()
    {
        await using var cluster = await PairTestCluster.StartAsync(1, options => options.ConfigurePairs(pairs =>
            pairs.Deployments["large"] = new CompatibilitySettings("2026-04-07", ["increase_websocket_message_size"], Experimental: true)));
        var (large, small) = (cluster.Silos[0].Pairs.CreateContext("large"), cluster.Silos[0].Pairs.CreateContext());
        WebSocketPair? front = null;
        WebSocketPair? back = null;
        await large.RunAsync(() => front = new WebSocketPair());
        await small.RunAsync(() => back = new WebSocketPair());
        var (client, backend) = (front!.Client, back!.Server);
        var (clientLog, backendLog) = (new EventLog(client), new EventLog(backend));
        client.Accept();
        backend.Accept();
        var coupled = WebSocketEnd.Couple(front.Server, back.Client);

        client.Send(new byte[(32 * 1024 * 1024) + 1]);
        client.Send("behind it");

        Assert.StartsWith("close 1011", Assert.Single(await backendLog.WaitForCloseAsync()), StringComparison.Ordinal);
        Assert.StartsWith("close 1006", Assert.Single(await clientLog.WaitForCloseAsync()), StringComparison.Ordinal);
        await coupled.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Couple_EndsOfOnePairOrAcceptedEnds_AreRefused()
    {
        await using var cluster = await PairTestCluster.StartAsync(1);
        await cluster.Silos[0].RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            Refused(() => WebSocketEnd.Couple(client, server));
            var other = new WebSocketPair();
            other.Client.Accept();
            Refused(() => WebSocketEnd.Couple(server, other.Client));

            // A refused couple changes nothing.
            server.Accept();
            client.Accept();
            client.Send("still works");
        });

        static void Refused(Action couple) =>
            Assert.Equal(WebSocketPairErrorKind.InvalidArgument, Assert.Throws<WebSocketPairException>(couple).Kind);
    }

    private sealed class Proxy(PairTestCluster cluster, FakeTimeProvider time) : IAsyncDisposable
    {
        private WebSocketContext _context = null!;

        public PairTestCluster Cluster => cluster;

        public FakeTimeProvider Time => time;

        public WebSocketEnd Client { get; private set; } = null!;

        public WebSocketEnd Backend { get; private set; } = null!;

        public Task Coupled { get; private set; } = Task.CompletedTask;

        public List<string> ClientEvents { get; } = [];

        public List<string> BackendEvents { get; } = [];

        public static async Task<Proxy> StartAsync()
        {
            var time = new FakeTimeProvider();
            var proxy = new Proxy(await PairTestCluster.StartAsync(1, options => options.FakeTime = time), time);
            await proxy.Cluster.Silos[0].RunAsync(context =>
            {
                proxy._context = context;
                var (front, back) = (new WebSocketPair(), new WebSocketPair());
                (proxy.Client, proxy.Backend) = (front.Client, back.Server);
                proxy.Coupled = WebSocketEnd.Couple(front.Server, back.Client);
                Record(proxy.Client, proxy.ClientEvents);
                Record(proxy.Backend, proxy.BackendEvents);
            });
            return proxy;
        }

        public async Task DoAsync(Action turn)
        {
            await _context.RunAsync(turn);
            await cluster.WaitForIdleAsync();
        }

        public ValueTask DisposeAsync() => cluster.DisposeAsync();

        private static void Record(WebSocketEnd end, List<string> events)
        {
            end.OnMessage(e => events.Add($"message {e.Data}"));
            end.OnClose(e => events.Add($"close {e.Code} {e.Reason} {e.WasClean}"));
            end.Accept(HalfOpen);
        }
    }
}
