namespace OrleansSockets.Host;

/// <summary>Where grains keep their state: <c>Storage:Provider</c>.</summary>
internal enum StorageProvider
{
    /// <summary>In one file, for the nodes of one machine.</summary>
    Sqlite,

    /// <summary>Nowhere: it is gone with the cluster.</summary>
    Memory,

    /// <summary>In a Redis server.</summary>
    Redis,

    /// <summary>In a table of Azure Table Storage.</summary>
    AzureTables,
}
