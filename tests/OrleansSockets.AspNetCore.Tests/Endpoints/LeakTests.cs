using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.AspNetCore.Tests.Sockets;
using OrleansSockets.Pairs;
using OrleansSockets.Rendezvous;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>Others at the same time would be counted, too.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class LeakCollection;

/// <summary>What is held for a client ends with the client, whatever it opened, however far it came and however it left.</summary>
[Collection(nameof(LeakTests))]
public sealed class LeakTests(LeakTests.TwoNodes nodes) : IClassFixture<LeakTests.TwoNodes>
{
    private const int Clients = 5000;
    private const int AtATime = 24;
    private const int Rooms = 5;

    /// <summary>Of the heap, in per cent: some 25 bytes a client.</summary>
    private const int MostGrowth = 1;

    /// <summary>What the process needs once, and that can be megabytes, comes in one of them. A leak comes in each.</summary>
    private const int Rounds = 3;

    [Theory]
    [InlineData("/echo")]
    [InlineData("/manual")]
    [InlineData("/pairs/{0}/0")]
    [InlineData("/pairs/{1}/{2}")]
    [InlineData("/greet/{3}")]
    [InlineData("/greet/{3}?late")]
    [InlineData("/greet/{3}?refuse")]
    public async Task Clients_LeaveInEveryStageAndWay_NothingIsLeft(string path)
    {
        await LeaveAsync(path, "warm");
        await NothingLeftAsync();
        for (var round = 1; ; round++)
        {
            var before = Measure();
            await LeaveAsync(path, $"{round}");
            await NothingLeftAsync();
            var after = Measure();
            TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {before} -> {after}");
            Assert.InRange(after.Handles, 0, before.Handles + 20);
            Assert.InRange(after.Timers, 0, before.Timers + 20);
            var most = before.Heap * (100 + MostGrowth) / 100;
            if (after.Heap <= most || round == Rounds)
            {
                Assert.InRange(after.Heap, 0, most);
                return;
            }
        }
    }

    // 0: a name of its own; 1 and 2: two come to each name, in any order; 3: few rooms.
    private Task LeaveAsync(string path, string round) => Parallel.ForEachAsync(
        Enumerable.Range(0, Clients),
        new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = RawClient.Token },
        async (i, _) =>
        {
            var (stage, way) = LeavingClient.All[i % LeavingClient.All.Length];
            var address = string.Format(null, path, $"{round}-{i}", $"{round}-{i / 2}", i % 2, i % Rooms);
            await LeavingClient.RunAsync(i / 2 % 2 == i % 2 ? nodes.A : nodes.B, address, stage, way);
        });

    private async Task NothingLeftAsync()
    {
        foreach (var services in new[] { nodes.A, nodes.B }.Select(node => node.App.Services))
        {
            var (sockets, pairs, names) = (
                services.GetRequiredService<SocketRegistry>(), services.GetRequiredService<PairHub>(),
                services.GetRequiredService<HeldNames>());
            await SocketServer.EventuallyAsync(
                () =>
                {
                    nodes.Time.Advance(new OrleansSocketsOptions().PairNameCooldown);
                    names.Table.Sweep();
                    return sockets.Count == 0 && pairs.Count == 0 && names.Count == 0 && names.Table.Count == 0;
                },
                () => $"{sockets.Count} sockets, {names.Count} + {names.Table.Count} names and {pairs.Count} pairs are left:\n"
                    + string.Join('\n', pairs.Pairs.Select(Describe)));
        }

        // A session with a socket stays in memory: those that hold none can be collected.
        var management = nodes.A.App.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await SocketServer.EventuallyAsync(
            async () =>
                !(await management.GetDetailedGrainStatistics())
                    .Any(grain => grain.GrainType.Contains("PairGrain", StringComparison.Ordinal)),
            () => "pair grains are left");
        await SocketServer.EventuallyAsync(
            async () =>
            {
                await management.ForceActivationCollection(TimeSpan.Zero);
                return !(await management.GetDetailedGrainStatistics())
                    .Any(grain => grain.GrainType.Contains(nameof(Greeter), StringComparison.Ordinal));
            },
            () => "sessions are left");
    }

    private static string Describe(Pair pair)
    {
        using (pair.Gate.Enter())
        {
            var ends = pair.Ends.Select(
                end => $"end {end.Side} {end.Route} {end.State}, in {end.In.IsFinished}, out {end.Out.IsFinished}");
            var story = string.Join('\n', pair.Timeline.ToArray().Select(entry => $"    {entry}"));
            return $"{pair.Id}, relay {pair.Relay is not null}, {string.Join("; ", ends)}\n{story}";
        }
    }

    private static Holdings Measure()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new(GC.GetTotalMemory(forceFullCollection: true), Directory.GetFileSystemEntries("/proc/self/fd").Length, Timer.ActiveCount);
    }

    private sealed record Holdings(long Heap, int Handles, long Timers);

    /// <summary>
    /// The same for all kinds of endpoints: what a node that has just been stopped leaves for the collector would hide what is left here.
    /// </summary>
    public sealed class TwoNodes : IAsyncLifetime
    {
        // The names of pairs that clients ended rest for a minute; the other limits of time are not what ends anything here.
        public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch);

        internal EdgeNode A { get; private set; } = null!;

        internal EdgeNode B { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            A = await EdgeNode.StartAsync(Map, silo: silo => silo.TimeProvider = Time, services: RememberFewPlaces);
            B = await EdgeNode.StartAsync(Map, silo: silo => silo.TimeProvider = Time, primary: A, services: RememberFewPlaces);
        }

        public async ValueTask DisposeAsync()
        {
            await B.DisposeAsync();
            await A.DisposeAsync();
        }

        // What Orleans remembers of grains that are gone is bounded by this option: the first clients fill it.
        private static void RememberFewPlaces(IServiceCollection services) =>
            services.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 500);

        private static void Map(WebApplication app)
        {
            app.MapWebSocketPairs("/pairs");
            app.MapWebSocketSession<IGreeter>("/greet/{name}");
            EchoEndpoint.MapVerbatim(app);
            app.MapGet("/manual", () =>
            {
                var (client, server) = new WebSocketPair();
                server.Accept(new AcceptOptions { AllowHalfOpen = true });
                server.OnClose(_ => server.Close(4001, "answer"));
                return Results.WebSocket(client);
            });
        }
    }
}
