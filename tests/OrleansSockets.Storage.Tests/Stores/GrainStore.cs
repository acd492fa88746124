using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;
using Xunit;

namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A place that keeps grain state, and a cluster of three nodes that uses it.</summary>
public abstract class GrainStore : IAsyncLifetime
{
    private const string Name = "store";
    private const string Service = "storage tests/1";

    private InProcessTestCluster? _nodes;

    /// <summary>The storage of each node.</summary>
    public IReadOnlyList<IGrainStorage> Nodes { get; private set; } = [];

    public virtual async ValueTask InitializeAsync()
    {
        _nodes = await StartNodesAsync(Service, count: 3);
        Nodes = [.. _nodes.Silos.Select(silo => silo.ServiceProvider.GetRequiredKeyedService<IGrainStorage>(Name))];
    }

    /// <summary>Ends all nodes and the store, and starts them again.</summary>
    public async Task RestartAsync()
    {
        await _nodes!.DisposeAsync();
        await RestartStoreAsync();
        await InitializeAsync();
    }

    /// <summary>Does something with the storage of another service that uses the same store.</summary>
    public async Task WithAnotherServiceAsync(Func<IGrainStorage, Task> action)
    {
        await using var nodes = await StartNodesAsync("another service", count: 1);
        await action(nodes.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(Name));
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract void Add(ISiloBuilder silo, string name);

    protected abstract Task RestartStoreAsync();

    private async Task<InProcessTestCluster> StartNodesAsync(string service, short count)
    {
        var builder = new InProcessTestClusterBuilder(count);
        builder.Options.ServiceId = service;
        builder.ConfigureSilo((_, silo) => Add(silo, Name));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
