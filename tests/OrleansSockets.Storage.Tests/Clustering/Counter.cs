namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>Counts, and keeps the count in storage.</summary>
public interface ICounter : IGrainWithStringKey
{
    Task AddAsync();

    Task<int> ReadAsync();

    Task<SiloAddress> WhereAsync();

    /// <summary>Leaves what is in storage as the only memory.</summary>
    Task ForgetAsync();
}

internal sealed class Counter([PersistentState("count")] IPersistentState<int> count, ILocalSiloDetails silo) : Grain, ICounter
{
    public Task AddAsync()
    {
        count.State++;
        return count.WriteStateAsync();
    }

    public Task<int> ReadAsync() => Task.FromResult(count.State);

    public Task<SiloAddress> WhereAsync() => Task.FromResult(silo.SiloAddress);

    public Task ForgetAsync()
    {
        count.State = -1;
        return count.ReadStateAsync();
    }
}
