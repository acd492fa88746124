namespace OrleansSockets.Deployments;

/// <inheritdoc cref="IDeploymentCatalogGrain"/>
internal sealed class DeploymentCatalogGrain(DeploymentStorage storage) : Grain, IDeploymentCatalogGrain
{
    private const string StateName = "deployments";

    private readonly GrainState<DeploymentNames> _names = new(new DeploymentNames());
    private readonly Dictionary<string, DeploymentSnapshot> _deployments = new(StringComparer.Ordinal);
    private DeploymentVersion _version = new(Guid.NewGuid(), 1);

    private List<string> Names => _names.State!.Names;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await storage.ReadAsync(StateName, GrainContext, _names);
        var known = await Task.WhenAll(Names.Select(name => GrainFactory.GetGrain<IDeploymentGrain>(name).GetAsync()));
        foreach (var deployment in known.OfType<DeploymentSnapshot>())
        {
            _deployments[deployment.Name] = deployment;
        }

        DelayDeactivation(TimeSpan.MaxValue);
    }

    public async Task RegisterAsync(string name)
    {
        if (Names.Contains(name))
        {
            return;
        }

        Names.Add(name);
        try
        {
            await storage.WriteAsync(StateName, GrainContext, _names);
        }
        catch (Exception)
        {
            // What the store holds is not known: the next activation reads it.
            Names.Remove(name);
            DeactivateOnIdle();
            throw;
        }
    }

    public Task PublishAsync(string name, DeploymentSnapshot? deployment)
    {
        if (deployment is null)
        {
            _deployments.Remove(name);
        }
        else if (!_deployments.TryGetValue(name, out var known) || known.Revision < deployment.Revision)
        {
            _deployments[name] = deployment;
        }

        _version = _version with { Number = _version.Number + 1 };
        return Task.CompletedTask;
    }

    public Task<DeploymentChanges?> ChangesAsync(DeploymentVersion known) =>
        Task.FromResult(known == _version ? null : new DeploymentChanges(_version, [.. _deployments.Values]));

    /// <summary>What is stored.</summary>
    [GenerateSerializer, Alias("OrleansSockets.DeploymentNames")]
    internal sealed class DeploymentNames
    {
        [Id(0)] public List<string> Names { get; set; } = [];
    }
}
