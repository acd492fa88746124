using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.Deployments;

/// <inheritdoc cref="IDeploymentCatalogGrain"/>
internal sealed partial class DeploymentCatalogGrain(
    DeploymentStorage storage,
    DeploymentRegistry registry,
    IDeploymentNodes nodes,
    IClusterMembershipService membership,
    TimeProvider clock,
    ILogger<DeploymentCatalogGrain> logger) : Grain, IDeploymentCatalogGrain
{
    private const string StateName = "deployments";

    /// <summary>Longer than a writer may take: the time limit of <see cref="IDeploymentGrain.PutAsync"/>, which is a part of it.</summary>
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(6);

    /// <summary>The pace of questions about a write that nobody has published; there are none in a healthy cluster.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Well below the time limit of the calls that wait for this activation. Who is silent for longer loses nothing: it tells by itself.
    /// </summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(2);

    private readonly GrainState<DeploymentNames> _names = new(new DeploymentNames());
    private readonly NewestDeployments _newest = new();

    // Announced and not published yet, since when.
    private readonly Dictionary<string, long> _announced = new(StringComparer.Ordinal);
    private IGrainTimer? _following;

    // A write of the names failed: what the store holds is not known.
    private bool _isStale;
    private DeploymentVersion _version = new(Guid.NewGuid(), 1);

    private List<string> Names => _names.State!.Names;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await storage.ReadAsync(StateName, GrainContext, _names);
        _newest.AddAll(registry.Written);
        // Without a storage, the nodes' memory is all there is.
        var known = storage.IsPersistent
            ? await Task.WhenAll(Names.Select(name => Source(name).NewestAsync()))
            : await AskNodesAsync(cancellationToken);
        _newest.AddAll(known.OfType<DeploymentEntry>());
        DelayDeactivation(TimeSpan.MaxValue);
    }

    public async Task<DeploymentEntry?> AnnounceAsync(string name)
    {
        await RegisterAsync(name);
        _announced[name] = clock.GetTimestamp();
        _following ??= this.RegisterGrainTimer(FollowUpAsync, new() { DueTime = WriteLimit, Period = Interval, Interleave = true });
        return _newest.Find(name);
    }

    public Task PublishAsync(DeploymentEntry[] written)
    {
        foreach (var entry in written.Where(_newest.Add))
        {
            _announced.Remove(entry.Name);
            _version = _version with { Number = _version.Number + 1 };
        }

        return Task.CompletedTask;
    }

    public Task<DeploymentEntry?> FindAsync(string name) => Task.FromResult(_newest.Find(name));

    public Task<DeploymentChanges?> ChangesAsync(DeploymentVersion known) =>
        Task.FromResult(known == _version ? null : new DeploymentChanges(_version, [.. _newest.All]));

    private IDeploymentSource Source(string name) => GrainFactory.GetGrain<IDeploymentSource>(name);

    private async Task RegisterAsync(string name)
    {
        if (Names.Contains(name))
        {
            return;
        }

        if (_isStale)
        {
            await storage.ReadAsync(StateName, GrainContext, _names);
            _isStale = false;
        }

        Names.Add(name);
        try
        {
            await storage.WriteAsync(StateName, GrainContext, _names);
        }
        catch (Exception)
        {
            // Not by a new activation: it could not begin while the store is away, and every silo asks this one what changed.
            Names.Remove(name);
            _isStale = true;
            throw;
        }
    }

    // A writer that was lost, or could not tell whether the store had taken the write, publishes nothing: the deployment itself knows.
    private async Task FollowUpAsync(CancellationToken cancellation)
    {
        foreach (var (name, since) in _announced.ToList())
        {
            if (clock.GetElapsedTime(since) < WriteLimit)
            {
                continue;
            }

            try
            {
                if (await Source(name).SettledAsync() is { } entry)
                {
                    await PublishAsync([entry]);
                }

                if (_announced.TryGetValue(name, out var last) && last == since)
                {
                    _announced.Remove(name);
                }
            }
            catch (Exception e)
            {
                LogFollowUpFailed(logger, e, name);
            }
        }

        if (_announced.Count == 0)
        {
            _following?.Dispose();
            _following = null;
        }
    }

    // Nodes that do not answer will tell by themselves what they know, if they live.
    private async Task<DeploymentEntry?[]> AskNodesAsync(CancellationToken cancellation)
    {
        var active = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.SiloAddress);
        return [.. (await Task.WhenAll(active.Select(AskAsync))).SelectMany(entries => entries)];

        async Task<DeploymentEntry[]> AskAsync(SiloAddress node)
        {
            try
            {
                return await nodes.GetDeploymentsAsync(node).WaitAsync(SilenceLimit, clock, cancellation);
            }
            catch (Exception e) when (CallFaults.MeansUnreached(e))
            {
                return [];
            }
        }
    }

    /// <summary>What is stored.</summary>
    [GenerateSerializer, Alias("OrleansSockets.DeploymentNames")]
    internal sealed class DeploymentNames
    {
        [Id(0)] public List<string> Names { get; set; } = [];
    }

    [LoggerMessage(304, LogLevel.Debug, "What became of a write of the deployment {Name} is still not known")]
    private static partial void LogFollowUpFailed(ILogger logger, Exception exception, string name);
}
