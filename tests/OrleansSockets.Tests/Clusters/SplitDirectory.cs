using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

/// <summary>
/// A grain directory that can be partitioned: while it is, each silo has one of its own, empty at first, so that two silos can activate the
/// same grain.
/// </summary>
internal sealed class SplitDirectory
{
    private readonly ConcurrentDictionary<SiloAddress, Table> _own = new();
    private readonly Table _shared = new();
    private volatile bool _split;
    private volatile bool _fails;

    /// <summary>The directory's store cannot be reached.</summary>
    public bool Fails
    {
        get => _fails;
        set => _fails = value;
    }

    public void Install(PairTestClusterOptions options) => options.Overrides = services =>
    {
        // The default one, where pair grains are; sessions have their own.
        foreach (var service in services.Where(service =>
            service.IsKeyedService && service.ServiceType == typeof(IGrainDirectory)
                && GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY.Equals(service.ServiceKey)).ToArray())
        {
            services.Remove(service);
        }

        services.AddKeyedSingleton<IGrainDirectory>(
            GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY,
            (provider, _) => new SiloView(
                this, provider.GetRequiredService<ILocalSiloDetails>().SiloAddress, new Lazy<ISiloStatusOracle>(
                    provider.GetRequiredService<ISiloStatusOracle>)));
    };

    public void Split() => _split = true;

    /// <summary>One directory again. What the silos registered meanwhile counts; where two had the same grain, one of them does.</summary>
    public void Heal()
    {
        foreach (var entry in _own.Values.SelectMany(table => table))
        {
            _shared[entry.Key] = entry.Value;
        }

        _split = false;
        _own.Clear();
    }

    private Table Of(SiloAddress silo)
    {
        if (_fails)
        {
            throw new InvalidOperationException("The store of the directory cannot be reached.");
        }

        return _split ? _own.GetOrAdd(silo, _ => new Table()) : _shared;
    }

    private sealed class Table : ConcurrentDictionary<GrainId, GrainAddress>;

    private sealed class SiloView(SplitDirectory directory, SiloAddress silo, Lazy<ISiloStatusOracle> membership) : IGrainDirectory
    {
        public Task<GrainAddress?> Register(GrainAddress address) => Register(address, null);

        public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Task.FromResult<GrainAddress?>(
            directory.Of(silo).AddOrUpdate(
                address.GrainId,
                address,
                (_, known) => IsDead(known) || (previousAddress is not null && Same(known, previousAddress)) ? address : known));

        public Task Unregister(GrainAddress address)
        {
            if (directory.Of(silo).TryGetValue(address.GrainId, out var known) && Same(known, address))
            {
                directory.Of(silo).TryRemove(KeyValuePair.Create(address.GrainId, known));
            }

            return Task.CompletedTask;
        }

        public Task<GrainAddress?> Lookup(GrainId grainId) =>
            Task.FromResult(directory.Of(silo).TryGetValue(grainId, out var known) && !IsDead(known) ? known : null);

        public Task UnregisterSilos(List<SiloAddress> siloAddresses)
        {
            var table = directory.Of(silo);
            foreach (var entry in table.Where(entry => siloAddresses.Contains(entry.Value.SiloAddress!)))
            {
                table.TryRemove(entry);
            }

            return Task.CompletedTask;
        }

        private static bool Same(GrainAddress a, GrainAddress b) =>
            a.ActivationId == b.ActivationId && Equals(a.SiloAddress, b.SiloAddress);

        private bool IsDead(GrainAddress address) => address.SiloAddress is not { } host || membership.Value.IsDeadSilo(host);
    }
}
