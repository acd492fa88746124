using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace OrleansSockets.Deployments;

/// <summary>
/// The grain storage for deployments: the one named <see cref="Name"/>, else the default one, else none. Without a storage, what an
/// administrator writes is in the memory of all nodes, and gone with the last of them; the configuration's settings come back.
/// </summary>
internal sealed class DeploymentStorage(IServiceProvider services)
{
    /// <summary>The name of the grain storage that is looked for first.</summary>
    public const string Name = "OrleansSockets";

    private readonly IGrainStorage? _storage =
        services.GetKeyedService<IGrainStorage>(Name) ?? services.GetKeyedService<IGrainStorage>("Default");

    public bool IsPersistent => _storage is not null;

    public Task ReadAsync<T>(string state, IGrainContext grain, GrainState<T> into)
        where T : new() => _storage?.ReadStateAsync(state, grain.GrainId, into) ?? Task.CompletedTask;

    public Task WriteAsync<T>(string state, IGrainContext grain, GrainState<T> from)
        where T : new() => _storage?.WriteStateAsync(state, grain.GrainId, from) ?? Task.CompletedTask;
}
