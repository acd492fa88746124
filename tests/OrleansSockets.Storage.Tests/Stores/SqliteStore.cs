namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>One file, opened by every node.</summary>
public sealed class SqliteStore : GrainStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlite-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override void Add(ISiloBuilder silo, string name) =>
        silo.AddSqliteGrainStorage(name, options => options.Path = Path.Combine(_folder, "made", "by", "the", "storage.db"));

    // The nodes were all that ran.
    protected override Task RestartStoreAsync() => Task.CompletedTask;
}
