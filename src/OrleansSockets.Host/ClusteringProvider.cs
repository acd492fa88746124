namespace OrleansSockets.Host;

/// <summary>How the nodes find each other: <c>Clustering:Provider</c>.</summary>
internal enum ClusteringProvider
{
    /// <summary>Nodes of one machine, through the address of the first one.</summary>
    Localhost,

    /// <summary>Through a Redis server.</summary>
    Redis,

    /// <summary>Through a table of Azure Table Storage.</summary>
    AzureTables,
}
