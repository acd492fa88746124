namespace OrleansSockets.Storage.Tests.Stores;

/// <summary>A table service of its own, so that its restart disturbs nobody.</summary>
public sealed class AzuriteStore : GrainStore
{
    private readonly Azurite _azurite = new();

    public override async ValueTask InitializeAsync()
    {
        if (Nodes.Count == 0)
        {
            await _azurite.InitializeAsync();
        }

        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    protected override void Add(ISiloBuilder silo, string name) =>
        silo.AddAzureTableGrainStorage(name, options => options.ConnectionString = _azurite.ConnectionString);

    protected override async Task RestartStoreAsync()
    {
        await _azurite.StopAsync();
        await _azurite.RestartAsync();
    }
}
