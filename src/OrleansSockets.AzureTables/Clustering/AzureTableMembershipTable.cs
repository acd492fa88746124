using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrleansSockets.AzureTables.Clustering;

/// <summary>The membership of one cluster: a partition with one row for each silo and one for the table's version.</summary>
/// <remarks>
/// Every change of a silo's row goes together with the next version, in one transaction; heartbeats alone leave the version as it is.
/// A conflict is an answer (false), not an error: Orleans reads again and decides anew. Calls may overlap.
/// </remarks>
internal sealed class AzureTableMembershipTable(
    IOptions<AzureTableClusteringOptions> options,
    IOptions<ClusterOptions> cluster,
    TimeProvider time) : IMembershipTable
{
    // '!' sorts before all that a silo's key begins with: whatever page of a read a silo is on, the version was read before it.
    private const string VersionRow = "!version";
    private const string Version = "Version";
    private const int MaxTransaction = 100;
    private static readonly string[] KeysOnly = ["PartitionKey", "RowKey"];

    private readonly TableConnection _table = new(options.Value, time);
    private readonly string _partition = Partition(cluster.Value, cluster.Value.ClusterId);

    public async Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken)
    {
        await _table.CreateAsync(cancellationToken);
        if (tryInitTableVersion)
        {
            await _table.RunAsync(
                "begin the membership",
                async (table, limit) =>
                {
                    try
                    {
                        return await table.AddEntityAsync(new TableEntity(_partition, VersionRow) { [Version] = 0 }, limit);
                    }
                    catch (RequestFailedException problem) when (TableConnection.IsConflict(problem))
                    {
                        // Another silo, or an earlier life of the cluster, began it.
                        return null;
                    }
                },
                cancellationToken);
        }
    }

    public Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken) =>
        _table.RunAsync("read the membership", (table, limit) => ReadAsync(table, silo: null, limit), cancellationToken);

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken) =>
        _table.RunAsync($"read silo {key}", (table, limit) => ReadAsync(table, key, limit), cancellationToken);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) => ChangeAsync(
        $"insert silo {entry.SiloAddress}",
        new(TableTransactionActionType.Add, SiloEntity.Create(_partition, entry)),
        tableVersion,
        cancellationToken);

    public Task<bool> UpdateRowAsync(
        MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken) => ChangeAsync(
        $"update silo {entry.SiloAddress}",
        new(TableTransactionActionType.UpdateReplace, SiloEntity.Create(_partition, entry), new ETag(etag)),
        tableVersion,
        cancellationToken);

    // No version and no ETag: a heartbeat is news to nobody, and must not undo what others decided about this silo.
    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) => _table.RunAsync(
        $"write the heartbeat of silo {entry.SiloAddress}",
        (table, limit) => table.UpdateEntityAsync(SiloEntity.Heartbeat(_partition, entry), ETag.All, TableUpdateMode.Merge, limit),
        cancellationToken);

    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken)
    {
        var members = (await ReadAllAsync(cancellationToken)).Members;
        var longDead = members.Where(member => member.Item1.Status == SiloStatus.Dead && LastSign(member.Item1) < beforeDate);
        foreach (var (entry, etag) in longDead)
        {
            await _table.RunAsync(
                $"remove dead silo {entry.SiloAddress}",
                async (table, limit) =>
                {
                    try
                    {
                        return await table.DeleteEntityAsync(_partition, SiloEntity.RowKey(entry.SiloAddress), new ETag(etag), limit);
                    }
                    catch (RequestFailedException problem) when (TableConnection.IsConflict(problem))
                    {
                        // Changed since it was read: the next round looks again.
                        return null;
                    }
                },
                cancellationToken);
        }
    }

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken)
    {
        var partition = Partition(cluster.Value, clusterId);
        return _table.RunAsync(
            $"delete the membership of cluster {clusterId}",
            async (table, limit) =>
            {
                var rows = table.QueryAsync<TableEntity>(row => row.PartitionKey == partition, select: KeysOnly, cancellationToken: limit);
                var all = new List<TableTransactionAction>();
                await foreach (var row in rows)
                {
                    all.Add(new(TableTransactionActionType.Delete, row, ETag.All));
                }

                foreach (var some in all.Chunk(MaxTransaction))
                {
                    await table.SubmitTransactionAsync(some, limit);
                }

                return all.Count;
            },
            cancellationToken);
    }

    // The same for callers that know no cancellation.
    public Task InitializeMembershipTable(bool tryInitTableVersion) =>
        InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    public Task<MembershipTableData> ReadAll() => ReadAllAsync(CancellationToken.None);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        InsertRowAsync(entry, tableVersion, CancellationToken.None);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    private Task<bool> ChangeAsync(
        string what, TableTransactionAction silo, TableVersion next, CancellationToken cancellationToken) => _table.RunAsync(
        what,
        async (table, limit) =>
        {
            var row = new TableEntity(_partition, VersionRow) { [Version] = next.Version };
            try
            {
                await table.SubmitTransactionAsync(
                    [
                        silo,
                        // Read without a version, see ReadAsync: the first change brings the version with it.
                        next.VersionEtag is { Length: > 0 } etag
                            ? new(TableTransactionActionType.UpdateReplace, row, new ETag(etag))
                            : new(TableTransactionActionType.Add, row),
                    ],
                    limit);
                return true;
            }
            catch (RequestFailedException problem) when (TableConnection.IsConflict(problem))
            {
                return false;
            }
        },
        cancellationToken);

    /// <summary>Rows and version of one moment: read again until the version is the same before and after.</summary>
    private async Task<MembershipTableData> ReadAsync(TableClient table, SiloAddress? silo, CancellationToken limit)
    {
        var filter = silo is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {_partition}")
            : TableClient.CreateQueryFilter(
                $"PartitionKey eq {_partition} and (RowKey eq {VersionRow} or RowKey eq {SiloEntity.RowKey(silo)})");
        while (true)
        {
            var version = new TableVersion(0, "");
            var members = new List<Tuple<MembershipEntry, string>>();
            await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: limit))
            {
                if (row.RowKey == VersionRow)
                {
                    version = new(row.GetInt32(Version) ?? 0, row.ETag.ToString());
                }
                else
                {
                    members.Add(Tuple.Create(SiloEntity.Entry(row), row.ETag.ToString()));
                }
            }

            var after = await table.GetEntityIfExistsAsync<TableEntity>(_partition, VersionRow, KeysOnly, limit);
            if ((after is { HasValue: true, Value: { } found } ? found.ETag.ToString() : "") == version.VersionEtag)
            {
                return new(members, version);
            }
        }
    }

    private static string Partition(ClusterOptions cluster, string clusterId) => TableKey.Of(cluster.ServiceId, clusterId);

    private static DateTime LastSign(MembershipEntry entry) =>
        (entry.SuspectTimes ?? []).Select(vote => vote.Item2).Append(entry.StartTime).Append(entry.IAmAliveTime)
            .Select(sign => DateTime.SpecifyKind(sign, DateTimeKind.Utc)).Max();
}
