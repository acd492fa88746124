using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Storage;

namespace OrleansSockets.Deployments;

/// <summary>
/// The grain storage for deployments: the one named <see cref="Name"/>, else the default one, else the memory of the activation. Without a storage, what an
/// administrator writes is gone with the cluster; the configuration's settings come back.
/// </summary>
internal sealed class DeploymentStorage(IServiceProvider services)
{
    /// <summary>The name of the grain storage that is looked for first.</summary>
    public const string Name = "OrleansSockets";

    private readonly IGrainStorage? _storage = services.GetKeyedService<IGrainStorage>(Name) ?? services.GetKeyedService<IGrainStorage>("Default");

    public bool IsPersistent => _storage is not null;

    public Task ReadAsync<T>(string state, IGrainContext grain, GrainState<T> into)
        where T : new() => _storage?.ReadStateAsync(state, grain.GrainId, into) ?? Task.CompletedTask;

    public Task WriteAsync<T>(string state, IGrainContext grain, GrainState<T> from)
        where T : new() => _storage?.WriteStateAsync(state, grain.GrainId, from) ?? Remember(from, true);

    public Task ClearAsync<T>(string state, IGrainContext grain, GrainState<T> from)
        where T : new() => _storage?.ClearStateAsync(state, grain.GrainId, from) ?? Remember(from, false);

    private static Task Remember<T>(GrainState<T> state, bool exists)
    {
        state.RecordExists = exists;
        return Task.CompletedTask;
    }
}
