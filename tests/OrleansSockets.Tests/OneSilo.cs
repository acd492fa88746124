using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Compatibility;
using OrleansSockets.Testing;
using OrleansSockets.Tests;

[assembly: AssemblyFixture(typeof(OneSilo))]

namespace OrleansSockets.Tests;

/// <summary>
/// A silo with a clock that stands still, shared by the tests that need no more. They form one collection, <see cref="Collection"/>, so
/// that a test which waits for idleness or moves the clock has it for itself.
/// </summary>
public sealed class OneSilo : IAsyncLifetime
{
    public const string Collection = "one silo";

    /// <summary>A deployment whose ends do not answer a Close by themselves.</summary>
    public const string Manual = "manual";

    /// <summary>A deployment whose ends take messages above 32 MiB.</summary>
    public const string Large = "large";

    /// <summary>A deployment in which exceptions of listeners are reported.</summary>
    public const string Reported = "reported";

    private PairTestCluster? _cluster;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    internal RecordedLog Log { get; } = new();

    /// <summary>Hears <see cref="OrleansSocketsOptions.UnhandledListenerException"/>.</summary>
    public event Action<UnhandledListenerExceptionEvent>? ListenerFailed;

    public PairTestCluster Cluster => _cluster!;

    public TestSilo Silo => Cluster.Silos[0];

    public async ValueTask InitializeAsync() => _cluster = await PairTestCluster.StartAsync(1, options =>
    {
        options.FakeTime = Time;
        options.ConfigureSilo(silo => silo.Services.AddSingleton<ILoggerProvider>(Log));
        options.ConfigurePairs(pairs =>
        {
            pairs.UnhandledListenerException = e => ListenerFailed?.Invoke(e);
            pairs.Deployments[Reported] = new CompatibilitySettings("2026-09-15", []);
            pairs.SendBufferSize = 1024 * 1024;
            pairs.Deployments[Manual] = new CompatibilitySettings("2026-04-06", []);
            pairs.Deployments[Large] = new CompatibilitySettings("2026-04-07", ["increase_websocket_message_size"], Experimental: true);
        });
    });

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    public WebSocketContext CreateContext(string? deployment = null) => Silo.Pairs.CreateContext(deployment);

    public Task IdleAsync() => Cluster.WaitForIdleAsync();

    /// <summary>Ends all activations that are idle at this moment.</summary>
    public Task CollectAsync() => Silo.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    /// <summary>Ends when nothing of the pair is left on the silo: no end, no grain.</summary>
    public async Task PairGoneAsync(WebSocketEnd end)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (Silo.Hub.Find(end.Core.Pair.Id) is not null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "The pair is still there.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A pair whose ends live in one context, both accepted.</summary>
    public async Task<(WebSocketEnd Client, WebSocketEnd Server)> AcceptedPairAsync(WebSocketContext? context = null)
    {
        WebSocketPair? pair = null;
        await (context ?? CreateContext()).RunAsync(() =>
        {
            pair = new WebSocketPair();
            pair.Client.Accept();
            pair.Server.Accept();
        });
        return (pair!.Client, pair.Server);
    }

    /// <summary>A pair whose ends live in two contexts and are joined by a pair grain, both accepted.</summary>
    public async Task<(WebSocketEnd Client, WebSocketEnd Server)> ClaimedPairAsync()
    {
        WebSocketEnd? server = null;
        EndTicket? ticket = null;
        await Silo.RunAsync(_ =>
        {
            var pair = new WebSocketPair();
            server = pair.Server;
            server.Accept();
            ticket = pair.Client.Release();
        });
        var client = await Silo.Pairs.ClaimAsync(ticket!);
        client.Accept();
        return (client, server!);
    }
}
