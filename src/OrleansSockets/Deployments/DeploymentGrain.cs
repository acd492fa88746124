using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansSockets.Compatibility;

namespace OrleansSockets.Deployments;

/// <inheritdoc cref="IDeploymentGrain"/>
internal sealed partial class DeploymentGrain(DeploymentStorage storage, TimeProvider clock, ILogger<DeploymentGrain> logger) : Grain, IDeploymentGrain
{
    private const string StateName = "deployment";

    private readonly GrainState<DeploymentState> _state = new(new DeploymentState());

    // What is stored: a reader in between never sees a write that is still under way.
    private DeploymentSnapshot? _current;

    private string Name => this.GetPrimaryKeyString();


    private IDeploymentCatalogGrain Catalog => GrainFactory.GetGrain<IDeploymentCatalogGrain>(0);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!storage.IsPersistent)
        {
            // The state is the activation's own: it must stay.
            DelayDeactivation(TimeSpan.MaxValue);
        }

        await storage.ReadAsync(StateName, GrainContext, _state);
        _current = _state.RecordExists ? _state.State!.ToSnapshot(Name) : null;
    }

    public Task<DeploymentSnapshot?> GetAsync() => Task.FromResult(_current);

    public async Task<DeploymentWriteResult> PutAsync(CompatibilitySettings settings, long? ifRevision)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var problems = CompatibilityRules.Evaluate(settings, today).Problems;
        if (problems.Any(problem => problem.IsError))
        {
            return new DeploymentWriteResult(DeploymentWriteOutcome.Invalid, _current, problems);
        }

        if (ifRevision is { } revision && revision != (_current?.Revision ?? 0))
        {
            return Conflict(revision, problems);
        }

        var before = _current?.Revision ?? 0;
        return await WriteAsync(
            problems,
            async () =>
            {
                // Listed first: after a crash between the two, the name is there without settings, which is none.
                await Catalog.RegisterAsync(Name);
                _state.State = new DeploymentState
                {
                    CompatibilityDate = settings.Date,
                    CompatibilityFlags = [.. settings.Flags],
                    Experimental = settings.Experimental,
                    Revision = before + 1,
                    UpdatedAt = clock.GetUtcNow(),
                };
                await storage.WriteAsync(StateName, GrainContext, _state);
                _current = _state.State!.ToSnapshot(Name);
                await Catalog.PublishAsync(Name, _current);
            });
    }

    public async Task<DeploymentWriteResult> DeleteAsync(long? ifRevision)
    {
        if (_current is not { } current)
        {
            return new DeploymentWriteResult(DeploymentWriteOutcome.NotFound, null, [], $"There is no deployment '{Name}'.");
        }

        if (ifRevision is { } revision && revision != current.Revision)
        {
            return Conflict(revision, []);
        }

        return await WriteAsync(
            [],
            async () =>
            {
                await storage.ClearAsync(StateName, GrainContext, _state);
                _state.State = new DeploymentState();
                _current = null;
                await Catalog.PublishAsync(Name, null);
            });
    }

    private async Task<DeploymentWriteResult> WriteAsync(IReadOnlyList<CompatibilityProblem> problems, Func<Task> write)
    {
        try
        {
            await write();
            return new DeploymentWriteResult(DeploymentWriteOutcome.Written, _current, problems);
        }
        catch (InconsistentStateException e)
        {
            // Another activation wrote: this one is out of date, and so was the caller's revision.
            LogWriteFailed(logger, e, Name);
            DeactivateOnIdle();
            return new DeploymentWriteResult(DeploymentWriteOutcome.Conflict, null, problems, $"Another node wrote the deployment '{Name}' at the same time; read it again.");
        }
        catch (Exception e)
        {
            // What the store holds now is not known; the next activation reads it.
            LogWriteFailed(logger, e, Name);
            DeactivateOnIdle();
            return new DeploymentWriteResult(
                DeploymentWriteOutcome.StoreUnavailable, null, problems, "The store of the deployments cannot be reached. The last settings stay in force; try again later.");
        }
    }

    private DeploymentWriteResult Conflict(long ifRevision, IReadOnlyList<CompatibilityProblem> problems) => new(
        DeploymentWriteOutcome.Conflict, _current, problems, $"The deployment '{Name}' is at revision {_current?.Revision ?? 0}, not {ifRevision}.");

    [LoggerMessage(301, LogLevel.Warning, "The deployment {Name} could not be written")]
    private static partial void LogWriteFailed(ILogger logger, Exception exception, string name);
}
