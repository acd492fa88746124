using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Testing.InMemory;
using OrleansSockets.Wire;

namespace OrleansSockets.Testing;

/// <summary>
/// A cluster of silos with OrleansSockets in the test's own process, on Orleans' TestingHost: for tests of sessions, of code that accepts
/// ends, and of what happens to pairs when their grain moves or a silo dies.
/// </summary>
public sealed class PairTestCluster : IAsyncDisposable
{
    private static readonly TimeSpan DefaultIdleLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MoveLimit = TimeSpan.FromSeconds(1);

    private readonly InProcessTestCluster _cluster;
    private readonly List<TestSilo> _silos;

    private PairTestCluster(InProcessTestCluster cluster)
    {
        _cluster = cluster;
        _silos = [.. cluster.Silos.Select(handle => new TestSilo(handle))];
    }

    /// <summary>The living silos, in the order of their start.</summary>
    public IReadOnlyList<TestSilo> Silos => _silos;

    /// <summary>Calls grains from outside, as a cluster client does.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Starts a cluster.</summary>
    /// <param name="silos">How many silos; at least 1.</param>
    /// <param name="configure">Sets options.</param>
    public static async Task<PairTestCluster> StartAsync(int silos, Action<PairTestClusterOptions>? configure = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(silos, 1);
        var options = new PairTestClusterOptions();
        configure?.Invoke(options);

        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansSockets(pairs =>
            {
                pairs.TimeProvider = options.FakeTime ?? TimeProvider.System;
                options.Pairs(pairs);
            });
            options.Silo(silo);
        });
        if (options.Endpoints is { } endpoints)
        {
            builder.ConfigureSiloHost((silo, host) => InMemoryEdge.Add(host, silo.SiloName, options.Edge, endpoints));
        }

        if (options.Overrides is { } overrides)
        {
            builder.ConfigureSiloHost((_, host) => host.ConfigureContainer(new DefaultServiceProviderFactory(), overrides));
        }

        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync();

            // Until the silos know what each of them can host, placement hints are passed over.
            await cluster.WaitForClusterManifestToStabilizeAsync();
        }
        catch (Exception)
        {
            await cluster.DisposeAsync();
            throw;
        }

        return new PairTestCluster(cluster);
    }

    /// <summary>Starts one more silo.</summary>
    public async Task<TestSilo> AddSiloAsync()
    {
        var silo = new TestSilo(await _cluster.StartAdditionalSiloAsync());
        await _cluster.WaitForClusterManifestToStabilizeAsync();
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Stops a silo as a deployment does: its accepted ends send 1012.</summary>
    /// <param name="silo">A living silo.</param>
    public async Task StopAsync(TestSilo silo)
    {
        Remove(silo);
        await _cluster.StopSiloAsync(silo.Handle);
    }

    /// <summary>
    /// Kills a silo as <c>kill -9</c> would: from this moment nothing of it reaches another silo. Ends when the others have declared it
    /// dead; the time that failure detection takes is not part of such a test.
    /// </summary>
    /// <param name="silo">A living silo; not the last one.</param>
    public async Task KillAsync(TestSilo silo)
    {
        Remove(silo);
        if (_silos.Count == 0)
        {
            _silos.Add(silo);
            throw new InvalidOperationException("The last silo cannot be killed: nobody is left to notice.");
        }

        silo.Get<SiloLinks>().Sever();
        silo.Services.GetService<InMemoryListenerFactory>()?.Sever();
        await _cluster.KillSiloAsync(silo.Handle);
        await Task.WhenAll(_silos.Select(survivor => DeclareDeadAsync(survivor, silo)));
    }

    /// <summary>The silo where the pair's grain is active; null for a pair whose ends never left their context.</summary>
    /// <param name="end">Either end.</param>
    public TestSilo? SiloOfPair(WebSocketEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return _silos.Find(silo => silo.Hub.HasRelay(end.Core.Pair.Id));
    }

    /// <summary>
    /// Moves the pair's grain to another silo. Ends when it is active there; messages under way are neither lost nor repeated.
    /// </summary>
    /// <param name="end">Either end of a pair that has a grain.</param>
    /// <param name="silo">Where to.</param>
    /// <exception cref="InvalidOperationException">The pair has no grain: its ends never left their context, or it is finished.</exception>
    public async Task MovePairAsync(WebSocketEnd end, TestSilo silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        if (SiloOfPair(end) is null)
        {
            throw new InvalidOperationException("This pair has no grain: its ends never left their context, or it is finished.");
        }

        await MoveAsync(end.Core.Pair.Id, silo);
    }

    /// <summary>
    /// Moves the grains of all pairs to one silo, as <see cref="MovePairAsync"/> does: for a test that has no end in hand, as with the
    /// sockets of a session.
    /// </summary>
    /// <param name="silo">Where to.</param>
    public async Task MovePairsAsync(TestSilo silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        foreach (var pair in _silos.SelectMany(from => from.Hub.Pairs).Select(pair => pair.Id).Distinct().ToArray())
        {
            if (_silos.Exists(from => from.Hub.HasRelay(pair)))
            {
                await MoveAsync(pair, silo);
            }
        }
    }

    /// <summary>
    /// Ends the activation of the pair's grain, as a directory failure would; the ends find or make the next one by themselves.
    /// </summary>
    /// <param name="end">Either end of a pair that has a grain.</param>
    public Task DeactivatePairAsync(WebSocketEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return _cluster.DeactivateAsync(_cluster.Client.GetGrain<IPairGrain>(end.Core.Pair.Id.Value));
    }

    /// <summary>Ends when no frame is queued, no handler runs and no turn waits on any silo, for 50 ms.</summary>
    /// <param name="limit">How long to wait; default 10 s.</param>
    /// <exception cref="TimeoutException">Something was still busy; the message says what.</exception>
    public Task WaitForIdleAsync(TimeSpan? limit = null)
    {
        var activity = new ActivityProbe(_silos);
        return PollAsync(activity.IsQuiet, limit ?? DefaultIdleLimit, activity.Describe);
    }

    /// <summary>Stops all silos.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private async Task MoveAsync(PairId pair, TestSilo silo)
    {
        // A hint is passed over while the silos have not heard of each other, and two activations may be there for a moment: ask again.
        var started = TimeProvider.System.GetTimestamp();
        while (!silo.Hub.HasRelay(pair))
        {
            if (TimeProvider.System.GetElapsedTime(started) > DefaultIdleLimit)
            {
                throw new TimeoutException($"The pair's grain did not move to {silo} within {DefaultIdleLimit}.");
            }

            await _cluster.Client.GetGrain<IPairGrain>(pair.Value).MoveAsync(silo.Address);
            await WaitAsync(() => silo.Hub.HasRelay(pair), MoveLimit);
        }
    }

    private static async Task DeclareDeadAsync(TestSilo survivor, TestSilo dead)
    {
        var membership = survivor.Services.GetRequiredService<IClusterMembershipService>();
        var oracle = survivor.Services.GetRequiredService<ISiloStatusOracle>();
        await membership.TryKill(dead.Address);
        await PollAsync(() => oracle.IsDeadSilo(dead.Address), DefaultIdleLimit, () => $"{survivor} did not notice that {dead} is dead.");
    }

    private static async Task PollAsync(Func<bool> condition, TimeSpan limit, Func<string> problem)
    {
        if (!await WaitAsync(condition, limit))
        {
            throw new TimeoutException($"{problem()} (waited {limit})");
        }
    }

    private static async Task<bool> WaitAsync(Func<bool> condition, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await Task.Delay(ActivityProbe.Interval, TimeProvider.System);
        }

        return true;
    }

    private void Remove(TestSilo silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        if (!_silos.Remove(silo))
        {
            throw new ArgumentException($"{silo} is not a living silo of this cluster.", nameof(silo));
        }
    }
}
