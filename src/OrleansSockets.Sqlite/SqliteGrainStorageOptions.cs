using Orleans.Storage;

namespace OrleansSockets.Sqlite;

/// <summary>Where grain state is kept, and how it is written down.</summary>
public sealed class SqliteGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The database file; its folder is created. Relative to the current directory.</summary>
    /// <value>No default: without it the silo does not start.</value>
    public string Path { get; set; } = "";

    /// <summary>How long a write waits for another process that holds the file, before it fails.</summary>
    /// <value>Default 5 s; whole seconds, from 1 s to 1 h.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The stage of the silo's lifecycle in which the file is opened.</summary>
    /// <value>Default <see cref="ServiceLifecycleStage.ApplicationServices"/>.</value>
    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    /// <summary>Turns state into bytes and back.</summary>
    /// <value>Default: the serializer that is registered under the storage's name, else the silo's own.</value>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
