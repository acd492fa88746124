using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The deployments' grains, with a limit to every wait.</summary>
internal sealed class AdminDeployments(IGrainFactory grains, TimeProvider clock)
{
    public Task<IReadOnlyList<DeploymentSnapshot>> ListAsync(CancellationToken cancellation) =>
        Unavailable.UnlessAsync(grains.ListDeploymentsAsync(), clock, cancellation);

    public Task<DeploymentSnapshot?> FindAsync(string name, CancellationToken cancellation) =>
        Unavailable.UnlessAsync(Grain(name).GetAsync(), clock, cancellation);

    public Task<DeploymentWriteResult> PutAsync(string name, CompatibilitySettings settings, long? ifRevision, CancellationToken cancellation) =>
        Unavailable.UnlessAsync(Grain(name).PutAsync(settings, ifRevision), clock, cancellation);

    public Task<DeploymentWriteResult> DeleteAsync(string name, long? ifRevision, CancellationToken cancellation) =>
        Unavailable.UnlessAsync(Grain(name).DeleteAsync(ifRevision), clock, cancellation);

    private IDeploymentGrain Grain(string name) => grains.GetGrain<IDeploymentGrain>(name);
}
