namespace OrleansSockets.AzureTables.Clustering;

/// <summary>Where the members of a cluster write themselves down.</summary>
public sealed class AzureTableClusteringOptions : AzureTablesOptions
{
    /// <summary>The table that is used if none is named. Many clusters may share it.</summary>
    public const string DefaultTableName = "OrleansMembership";

    /// <summary>Makes options with the default table name.</summary>
    public AzureTableClusteringOptions() => TableName = DefaultTableName;
}
