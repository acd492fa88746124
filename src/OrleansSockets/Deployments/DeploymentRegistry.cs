using Microsoft.Extensions.Options;
using OrleansSockets.Compatibility;
using OrleansSockets.Pairs;

namespace OrleansSockets.Deployments;

/// <summary>The settings of every deployment that this silo knows, in memory, evaluated once.</summary>
internal sealed class DeploymentRegistry
{
    private readonly Dictionary<string, DeploymentRecord> _deployments;

    public DeploymentRegistry(IOptions<OrleansSocketsOptions> options)
    {
        var today = DateOnly.FromDateTime(options.Value.TimeProvider.GetUtcNow().UtcDateTime);
        _deployments = options.Value.Deployments.ToDictionary(
            pair => pair.Key,
            pair => new DeploymentRecord(pair.Key, 1, pair.Value, CompatibilityRules.Evaluate(pair.Value, today).Settings!),
            StringComparer.Ordinal);
        Default = _deployments[options.Value.Deployment].EndSettings;
    }

    public EndSettings Default { get; }

    public IReadOnlyCollection<string> Names => _deployments.Keys;

    /// <exception cref="ArgumentException">The deployment is unknown.</exception>
    public EndSettings Get(string name) => Find(name)?.EndSettings
        ?? throw new ArgumentException($"The deployment '{name}' is unknown on this silo.", nameof(name));

    public DeploymentRecord? Find(string name) => _deployments.GetValueOrDefault(name);
}
