using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <summary>
/// The settings of every deployment, in memory on this silo, so that a new pair costs no read. Filled before the silo is ready, then looked
/// after once a second; while the catalog cannot be reached, the last settings stay in force. What the catalog has forgotten, or has not
/// heard of, it is told.
/// </summary>
internal sealed partial class DeploymentRegistry : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How late a change may be here. The catalog nearly always answers that nothing is new: no load worth an option.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly OrleansSocketsOptions _options;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _clock;
    private readonly ILogger<DeploymentRegistry> _logger;
    private readonly CancellationTokenSource _stop = new();

    // Guards what is known against grains that have just written.
    private readonly Lock _gate = new();
    private readonly NewestDeployments _newest = new();
    private FrozenDictionary<string, DeploymentRecord> _deployments = FrozenDictionary<string, DeploymentRecord>.Empty;
    private NewestDeployments _catalog = new();
    private DeploymentVersion _version;
    private Task _refreshing = Task.CompletedTask;
    private bool _failing;

    public DeploymentRegistry(
        IOptions<OrleansSocketsOptions> options, IGrainFactory grains, TimeProvider clock, ILogger<DeploymentRegistry> logger)
    {
        _options = options.Value;
        _grains = grains;
        _clock = clock;
        _logger = logger;
        Add(_options.Deployments.Select(seed => new DeploymentEntry(seed.Key, 0, default, seed.Value)));
    }

    /// <summary>The stored settings are here; before, the configuration's are used.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>The silo's own deployment.</summary>
    public EndSettings Default => Get(_options.Deployment);

    public IReadOnlyCollection<string> Names => _deployments.Keys;

    public IEnumerable<DeploymentSnapshot> Snapshots => _deployments.Values.Select(record => record.Snapshot);

    /// <summary>The last write of every deployment, as far as it is known here.</summary>
    public DeploymentEntry[] Written
    {
        get
        {
            lock (_gate)
            {
                return [.. _newest.All.Where(IsWritten)];
            }
        }
    }

    public DeploymentRecord? Find(string name) => _deployments.GetValueOrDefault(name);

    /// <exception cref="ArgumentException">The deployment is unknown.</exception>
    public EndSettings Get(string name) => Find(name)?.EndSettings
        ?? throw new ArgumentException($"The deployment '{name}' is unknown on this silo.", nameof(name));

    public DeploymentEntry? FindWritten(string name)
    {
        lock (_gate)
        {
            return _newest.Find(name) is { } entry && IsWritten(entry) ? entry : null;
        }
    }

    /// <summary>This was written, on this silo.</summary>
    public void Learn(DeploymentEntry entry) => Add([entry]);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(DeploymentRegistry), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _stop.Dispose();

    private async Task StartAsync(CancellationToken cancellation)
    {
        await LoadAsync();
        _refreshing = Task.Run(RefreshAsync, CancellationToken.None);
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _refreshing;
    }

    private async Task RefreshAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await LoadAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            if (!IsLoaded)
            {
                await SeedAsync();
            }

            await ExchangeAsync(_grains.GetGrain<IDeploymentCatalogGrain>(0));
            IsLoaded = true;
            _failing = false;
        }
        catch (Exception e)
        {
            // Once an outage, not once a second.
            if (!_failing)
            {
                LogLoadFailed(_logger, e);
            }

            _failing = true;
        }
    }

    // Settings that are stored win over the configuration's.
    private async Task SeedAsync()
    {
        foreach (var (name, settings) in _options.Deployments)
        {
            var written = await _grains.GetGrain<IDeploymentGrain>(name).PutAsync(settings, ifRevision: 0);
            if (written.Outcome == DeploymentWriteOutcome.StoreUnavailable)
            {
                throw new OrleansException(written.Detail!);
            }
        }
    }

    private async Task ExchangeAsync(IDeploymentCatalogGrain catalog)
    {
        if (await catalog.ChangesAsync(_version) is { } changes)
        {
            _version = changes.Version;
            _catalog = new NewestDeployments();
            _catalog.AddAll(changes.Deployments);
            Add(changes.Deployments);
        }

        var unknown = Written.Where(entry => entry.IsNewerThan(_catalog.Find(entry.Name))).ToArray();
        if (unknown.Length > 0)
        {
            await catalog.PublishAsync(unknown);
            _catalog.AddAll(unknown);
        }
    }

    // Those of the configuration that nobody has written are not.
    private static bool IsWritten(DeploymentEntry entry) => entry.Revision > 0;

    private void Add(IEnumerable<DeploymentEntry> entries)
    {
        lock (_gate)
        {
            if (_newest.AddAll(entries))
            {
                _deployments = Evaluate();
            }
        }
    }

    private FrozenDictionary<string, DeploymentRecord> Evaluate()
    {
        var today = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime);
        var records = new Dictionary<string, DeploymentRecord>(StringComparer.Ordinal);
        foreach (var deployment in _newest.All.Select(entry => entry.Snapshot).OfType<DeploymentSnapshot>())
        {
            if (CompatibilityRules.Evaluate(deployment.Settings, today).Settings is { } effective)
            {
                records[deployment.Name] = new DeploymentRecord(deployment, effective);
            }
            else if (Find(deployment.Name) is { } last)
            {
                // A document that cannot be used, from wherever it came, does not replace one that can.
                records[deployment.Name] = last;
                LogUnusable(_logger, deployment.Name, deployment.Revision);
            }
        }

        return records.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [LoggerMessage(302, LogLevel.Warning, "The deployments could not be read; the last settings stay in force")]
    private static partial void LogLoadFailed(ILogger logger, Exception exception);

    [LoggerMessage(303, LogLevel.Error, "Revision {Revision} of the deployment {Name} cannot be used; the last good one stays in force")]
    private static partial void LogUnusable(ILogger logger, string name, long revision);
}
