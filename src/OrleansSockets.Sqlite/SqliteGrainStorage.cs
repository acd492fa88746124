using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSockets.Sqlite;

/// <summary>Grain state in one SQLite file; an ETag names a row and its version.</summary>
internal sealed class SqliteGrainStorage(
    string name,
    SqliteGrainStorageOptions options,
    IOptions<ClusterOptions> cluster,
    IActivatorProvider activators) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly string _service = cluster.Value.ServiceId;
    private StateDatabase? _database;

    private StateDatabase Database =>
        _database ?? throw new InvalidOperationException(
            $"SQLite grain storage '{name}' is not open: it opens at stage {options.InitStage} of the silo's start.");

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        $"{nameof(SqliteGrainStorage)}-{name}",
        options.InitStage,
        _ => Task.Run(() => Guarded("open", options.Path, () => _database = StateDatabase.Open(options)), CancellationToken.None));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = Key(stateName, grainId);
        if (Guarded("read", key, () => Database.Read(key)) is var (version, data))
        {
            grainState.State = options.GrainStorageSerializer.Deserialize<T>(new BinaryData(data))!;
            grainState.ETag = version.ToString();
            grainState.RecordExists = true;
        }
        else
        {
            Forget(grainState);
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        var data = options.GrainStorageSerializer.Serialize(grainState.State).ToMemory();
        var written = await GuardedAsync("write", key, () =>
            string.IsNullOrEmpty(grainState.ETag) ? Database.InsertAsync(key, data, cancellationToken)
            : RowVersion.TryParse(grainState.ETag, out var expected) ? Database.UpdateAsync(key, expected, data, cancellationToken)
            : Task.FromResult<RowVersion?>(null));
        if (written is not { } version)
        {
            throw Conflict("write", key, grainState.ETag);
        }

        grainState.ETag = version.ToString();
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        // Without an ETag the caller believes that there is nothing; nothing must be there, then.
        var cleared = await GuardedAsync("clear", key, () =>
            string.IsNullOrEmpty(grainState.ETag) ? Task.FromResult(Database.Read(key) is null)
            : RowVersion.TryParse(grainState.ETag, out var expected) ? Database.DeleteAsync(key, expected, cancellationToken)
            : Task.FromResult(false));
        if (!cleared)
        {
            throw Conflict("clear", key, grainState.ETag);
        }

        Forget(grainState);
    }

    public void Dispose() => _database?.Dispose();

    private StateKey Key(string stateName, GrainId grainId) => StateKey.Of(_service, grainId, stateName);

    private void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private InconsistentStateException Conflict(string verb, StateKey key, string? expected)
    {
        var stored = Database.Read(key)?.Version.ToString();
        return new(
            $"SQLite grain storage '{name}' could not {verb} {key}: it expected ETag {expected ?? "none"} and found {stored ?? "none"}.",
            stored,
            expected);
    }

    private T Guarded<T>(string verb, object what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException problem)
        {
            throw Failed(verb, what, problem);
        }
    }

    private async Task<T> GuardedAsync<T>(string verb, object what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (SqliteException problem)
        {
            throw Failed(verb, what, problem);
        }
    }

    // The caller of a grain, perhaps in another process, knows the exceptions of Orleans, not those of the driver.
    private OrleansException Failed(string verb, object what, SqliteException problem) =>
        new($"SQLite grain storage '{name}' could not {verb} {what}: {problem.Message} (file {options.Path}).", problem);
}
