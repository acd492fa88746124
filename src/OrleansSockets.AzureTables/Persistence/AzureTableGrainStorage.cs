using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSockets.AzureTables.Persistence;

/// <summary>Grain state in a table: one row for each state, under the ETags of the table service.</summary>
internal sealed class AzureTableGrainStorage(
    string name,
    AzureTableGrainStorageOptions options,
    IOptions<ClusterOptions> cluster,
    IActivatorProvider activators,
    TimeProvider time) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly string[] WriteIdOnly = [StateEntity.WriteId];

    private readonly TableConnection _table = new(options, time);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe($"{nameof(AzureTableGrainStorage)}-{name}", options.InitStage, _table.CreateAsync);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var (partition, row) = Key(stateName, grainId);
        var found = await _table.RunAsync(
            $"read '{stateName}' of {grainId}",
            (table, limit) => table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: limit),
            cancellationToken);
        if (found is { HasValue: true, Value: { } entity })
        {
            grainState.State = options.GrainStorageSerializer.Deserialize<T>(StateEntity.Data(entity))!;
            grainState.ETag = entity.ETag.ToString();
            grainState.RecordExists = true;
        }
        else
        {
            Forget(grainState);
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var (partition, row) = Key(stateName, grainId);
        var data = options.GrainStorageSerializer.Serialize(grainState.State).ToMemory();
        if (data.Length > StateEntity.MaxBytes)
        {
            throw new AzureTablesException(
                $"Could not write '{stateName}' of {grainId}: it has {data.Length} bytes, and a row of a table holds "
                    + $"{StateEntity.MaxBytes}. "
                + "Keep less in one state, or spread it over several.");
        }

        var entity = StateEntity.Create(partition, row, data.Span);
        var written = await _table.RunAsync(
            $"write '{stateName}' of {grainId}",
            (table, limit) => WriteAsync(table, entity, grainState.ETag, limit),
            cancellationToken);
        if (!written.IsOurs)
        {
            throw Conflict("write", stateName, grainId, written.ETag, grainState.ETag);
        }

        grainState.ETag = written.ETag;
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var (partition, row) = Key(stateName, grainId);
        var (cleared, stored) = await _table.RunAsync(
            $"clear '{stateName}' of {grainId}",
            (table, limit) => ClearAsync(table, partition, row, grainState.ETag, limit),
            cancellationToken);
        if (!cleared)
        {
            throw Conflict("clear", stateName, grainId, stored, grainState.ETag);
        }

        Forget(grainState);
    }

    private static async Task<(bool IsOurs, string? ETag)> WriteAsync(
        TableClient table, TableEntity entity, string? expected, CancellationToken limit)
    {
        try
        {
            var answer = string.IsNullOrEmpty(expected)
                ? await table.AddEntityAsync(entity, limit)
                : await table.UpdateEntityAsync(entity, new ETag(expected), TableUpdateMode.Replace, limit);
            return (true, answer.Headers.ETag.ToString());
        }
        catch (RequestFailedException problem) when (TableConnection.IsConflict(problem))
        {
            // A try whose answer was lost makes the next try conflict with itself.
            var stored = await table.GetEntityIfExistsAsync<TableEntity>(entity.PartitionKey, entity.RowKey, WriteIdOnly, limit);
            return stored is { HasValue: true, Value: { } found }
                ? (Equals(found.GetGuid(StateEntity.WriteId), entity.GetGuid(StateEntity.WriteId)), found.ETag.ToString())
                : (false, null);
        }
    }

    private static async Task<(bool Cleared, string? Stored)> ClearAsync(
        TableClient table, string partition, string row, string? expected, CancellationToken limit)
    {
        try
        {
            if (!string.IsNullOrEmpty(expected))
            {
                var answer = await table.DeleteEntityAsync(partition, row, new ETag(expected), limit);
                // The client takes a missing row for success; here it means that somebody else cleared the state.
                return (answer.Status != 404, null);
            }
        }
        catch (RequestFailedException problem) when (TableConnection.IsConflict(problem))
        {
        }

        // Without an ETag the caller believes that there is nothing; nothing must be there, then.
        var stored = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, WriteIdOnly, limit);
        return stored is { HasValue: true, Value: { } found } ? (false, found.ETag.ToString()) : (string.IsNullOrEmpty(expected), null);
    }

    // All states of a grain share its partition.
    private (string Partition, string Row) Key(string stateName, GrainId grainId) =>
        (TableKey.Of(cluster.Value.ServiceId, grainId), TableKey.Of(stateName));

    private void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private InconsistentStateException Conflict(string verb, string stateName, GrainId grainId, string? stored, string? expected) =>
        new(
            $"Azure Tables grain storage '{name}' could not {verb} '{stateName}' of {grainId}: it expected ETag {expected ?? "none"} and "
                + $"found {stored ?? "none"}.",
            stored,
            expected);
}
