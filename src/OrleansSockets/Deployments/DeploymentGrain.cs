using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <inheritdoc cref="IDeploymentGrain"/>
/// <remarks>
/// The newest write counts that the store or a living node knows: a store that has lost something, or none at all, takes no revision back
/// while one node lives that has it.
/// </remarks>
internal sealed partial class DeploymentGrain(
    DeploymentStorage storage, DeploymentRegistry registry, TimeProvider clock, ILogger<DeploymentGrain> logger)
    : Grain, IDeploymentGrain, IDeploymentSource
{
    private const string StateName = "deployment";

    private readonly GrainState<DeploymentState> _state = new(new DeploymentState());

    // A reader in between never sees a write that is still under way.
    private DeploymentEntry? _newest;

    // A write failed: what the store holds is not known. The activation stays, for the next one could not begin while the store is away.
    private bool _isStale;

    private string Name => this.GetPrimaryKeyString();

    private long Revision => _newest?.Revision ?? 0;

    private DeploymentSnapshot? Current => _newest?.Snapshot;

    private IDeploymentCatalogGrain Catalog => GrainFactory.GetGrain<IDeploymentCatalogGrain>(0);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await ReadAsync();
        Adopt(registry.FindWritten(Name));
        if (!storage.IsPersistent)
        {
            Adopt(await Catalog.FindAsync(Name));
        }
    }

    public Task<DeploymentSnapshot?> GetAsync() => Task.FromResult(Current);

    public Task<DeploymentEntry?> NewestAsync() => Task.FromResult(_newest);

    public async Task<DeploymentEntry?> SettledAsync()
    {
        if (_isStale)
        {
            await ReadAsync();
        }

        return _newest;
    }

    public Task<DeploymentWriteResult> PutAsync(CompatibilitySettings settings, long? ifRevision)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var problems = CompatibilityRules.Evaluate(settings, today).Problems;
        return problems.Any(problem => problem.IsError)
            ? Task.FromResult(new DeploymentWriteResult(DeploymentWriteOutcome.Invalid, Current, problems))
            : WriteAsync(settings, ifRevision, problems);
    }

    public Task<DeploymentWriteResult> DeleteAsync(long? ifRevision) => WriteAsync(null, ifRevision, []);

    // Null: deletes it.
    private async Task<DeploymentWriteResult> WriteAsync(
        CompatibilitySettings? settings, long? ifRevision, IReadOnlyList<CompatibilityProblem> problems)
    {
        try
        {
            if (_isStale)
            {
                await ReadAsync();
            }

            if (Refuse() is { } refused)
            {
                return refused;
            }

            // Before the first write: after a crash between the two, the name is there without settings, which is none.
            if (Adopt(await Catalog.AnnounceAsync(Name)) && Refuse() is { } late)
            {
                return late;
            }

            var isNew = Current is null;
            var next = new DeploymentEntry(Name, Revision + 1, clock.GetUtcNow(), settings);
            _state.State = DeploymentState.From(next);
            await storage.WriteAsync(StateName, GrainContext, _state);
            Adopt(next);
            // From here on this node knows it, and tells the catalog until that one knows it, too.
            registry.Learn(next);
            await PublishAsync(next);
            return new DeploymentWriteResult(DeploymentWriteOutcome.Written, Current, problems, IsNew: isNew);
        }
        catch (InconsistentStateException e)
        {
            // Another activation wrote: this one is out of date, and so was the caller's revision.
            LogWriteFailed(logger, e, Name);
            DeactivateOnIdle();
            return new DeploymentWriteResult(
                DeploymentWriteOutcome.Conflict,
                null,
                problems,
                $"Another node wrote the deployment '{Name}' at the same time; read it again.");
        }
        catch (Exception e)
        {
            LogWriteFailed(logger, e, Name);
            _isStale = true;
            return new DeploymentWriteResult(
                DeploymentWriteOutcome.StoreUnavailable, Current, problems,
                "The store of the deployments cannot be reached. The last settings stay in force; try again later.");
        }

        DeploymentWriteResult? Refuse()
        {
            var missing = $"There is no deployment '{Name}'.";
            if (ifRevision is { } revision && revision != (Current?.Revision ?? 0))
            {
                return new DeploymentWriteResult(
                    DeploymentWriteOutcome.Conflict,
                    Current,
                    problems,
                    Current is null ? missing : $"The deployment '{Name}' is at revision {Current.Revision}, not {revision}.");
            }

            return settings is null && Current is null
                ? new DeploymentWriteResult(DeploymentWriteOutcome.NotFound, null, [], missing)
                : null;
        }
    }

    private async Task ReadAsync()
    {
        await storage.ReadAsync(StateName, GrainContext, _state);
        Adopt(_state.RecordExists ? _state.State!.ToEntry(Name) : null);
        _isStale = false;
    }

    private async Task PublishAsync(DeploymentEntry written)
    {
        try
        {
            await Catalog.PublishAsync([written]);
        }
        catch (Exception e)
        {
            LogPublishFailed(logger, e, written.Revision, Name);
        }
    }

    private bool Adopt(DeploymentEntry? entry)
    {
        if (entry is null || !entry.IsNewerThan(_newest))
        {
            return false;
        }

        _newest = entry;
        return true;
    }

    [LoggerMessage(301, LogLevel.Warning, "The deployment {Name} could not be written")]
    private static partial void LogWriteFailed(ILogger logger, Exception exception, string name);

    [LoggerMessage(305, LogLevel.Warning,
        "Revision {Revision} of the deployment {Name} is written, but not published yet; this node goes on trying")]
    private static partial void LogPublishFailed(ILogger logger, Exception exception, long revision, string name);
}
