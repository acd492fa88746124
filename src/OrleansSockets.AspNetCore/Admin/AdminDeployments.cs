using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The deployments' grains, with a limit to every wait.</summary>
internal sealed class AdminDeployments(IGrainFactory grains, DeploymentRegistry registry, TimeProvider clock)
{
    public Deadline Begin(CancellationToken cancellation) => new(clock, cancellation);

    /// <summary>All deployments; while the store is away, those that this silo uses.</summary>
    public async Task<IReadOnlyList<DeploymentSnapshot>> ListAsync(CancellationToken cancellation)
    {
        try
        {
            return await Unavailable.UnlessAsync(grains.ListDeploymentsAsync(), Begin(cancellation));
        }
        catch (Unavailable) when (registry.IsLoaded)
        {
            return [.. registry.Snapshots.OrderBy(deployment => deployment.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>To be shown: while the store is away, as this silo uses it.</summary>
    public async Task<DeploymentSnapshot?> ReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await FindAsync(name, Begin(cancellation));
        }
        catch (Unavailable) when (registry.IsLoaded && registry.Find(name) is { } used)
        {
            return used.Snapshot;
        }
    }

    /// <summary>To be written over.</summary>
    public Task<DeploymentSnapshot?> FindAsync(string name, Deadline deadline) => Unavailable.UnlessAsync(Grain(name).GetAsync(), deadline);

    public Task<DeploymentWriteResult> PutAsync(string name, CompatibilitySettings settings, long? ifRevision, Deadline deadline) =>
        Unavailable.UnlessAsync(Grain(name).PutAsync(settings, ifRevision), deadline);

    public Task<DeploymentWriteResult> DeleteAsync(string name, long? ifRevision, Deadline deadline) =>
        Unavailable.UnlessAsync(Grain(name).DeleteAsync(ifRevision), deadline);

    private IDeploymentGrain Grain(string name) => grains.GetGrain<IDeploymentGrain>(name);
}
