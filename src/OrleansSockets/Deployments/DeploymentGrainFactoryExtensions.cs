namespace OrleansSockets.Deployments;

/// <summary>Deployments by name: on a silo, and on a client of the cluster.</summary>
public static class DeploymentGrainFactoryExtensions
{
    /// <summary>A deployment, whether it exists or not.</summary>
    /// <param name="grains">The silo's or the client's grains.</param>
    /// <param name="name">The deployment's name.</param>
    public static IDeploymentGrain GetDeployment(this IGrainFactory grains, string name)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return grains.GetGrain<IDeploymentGrain>(name);
    }

    /// <summary>All deployments, by name. Costs no read of the store.</summary>
    /// <param name="grains">The silo's or the client's grains.</param>
    public static async Task<IReadOnlyList<DeploymentSnapshot>> ListDeploymentsAsync(this IGrainFactory grains)
    {
        ArgumentNullException.ThrowIfNull(grains);
        var changes = await grains.GetGrain<IDeploymentCatalogGrain>(0).ChangesAsync(default);
        return [.. changes!.Deployments.Select(entry => entry.Snapshot).OfType<DeploymentSnapshot>()
            .OrderBy(deployment => deployment.Name, StringComparer.Ordinal)];
    }
}
