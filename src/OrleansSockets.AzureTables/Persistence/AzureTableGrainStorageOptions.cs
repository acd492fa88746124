using Orleans.Storage;

namespace OrleansSockets.AzureTables.Persistence;

/// <summary>Where grain state is kept, and how it is written down.</summary>
public sealed class AzureTableGrainStorageOptions : AzureTablesOptions, IStorageProviderSerializerOptions
{
    /// <summary>The table that is used if none is named.</summary>
    public const string DefaultTableName = "OrleansGrainState";

    /// <summary>Makes options with the default table name.</summary>
    public AzureTableGrainStorageOptions() => TableName = DefaultTableName;

    /// <summary>The stage of the silo's lifecycle in which the table is created.</summary>
    /// <value>Default <see cref="ServiceLifecycleStage.ApplicationServices"/>.</value>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <summary>Turns state into bytes and back.</summary>
    /// <value>Default: the serializer that is registered under the storage's name, else the silo's own.</value>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
