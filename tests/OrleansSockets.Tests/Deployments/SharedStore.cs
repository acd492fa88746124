using System.Globalization;
using Orleans.Storage;
using OrleansSockets.Deployments;

namespace OrleansSockets.Tests.Deployments;

/// <summary>A store outside of all silos: it has what it was given, whoever dies, and its ETags tell who is out of date.</summary>
internal sealed class SharedStore : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (object State, int ETag)> _states = [];

    /// <summary>Takes what it is given, and says that it could not.</summary>
    public bool IsLying { get; set; }

    /// <summary>Nothing is done, and everything fails.</summary>
    public bool IsAway { get; set; }

    public int Writes { get; private set; }

    /// <summary>All is lost.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            _states.Clear();
        }
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_gate)
        {
            ThrowIfAway();
            var found = _states.TryGetValue($"{stateName} {grainId}", out var stored);
            grainState.RecordExists = found;
            grainState.ETag = found ? stored.ETag.ToString(CultureInfo.InvariantCulture) : null!;
            // A copy: a grain may change its own before it writes.
            grainState.State = found ? (T)Copy(stored.State) : Activator.CreateInstance<T>();
            return Task.CompletedTask;
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_gate)
        {
            ThrowIfAway();
            var key = $"{stateName} {grainId}";
            var etag = _states.TryGetValue(key, out var stored) ? stored.ETag.ToString(CultureInfo.InvariantCulture) : null;
            if (etag != grainState.ETag)
            {
                throw new InconsistentStateException($"{key} has the ETag {etag}.", etag, grainState.ETag);
            }

            _states[key] = (Copy(grainState.State!), ++Writes);
            if (IsLying)
            {
                throw new IOException("The connection was lost.");
            }

            grainState.ETag = Writes.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
            return Task.CompletedTask;
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("Deployments clear nothing.");

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new IOException("The store is away.");
        }
    }

    private static object Copy(object state) =>
        state is DeploymentCatalogGrain.DeploymentNames names
            ? new DeploymentCatalogGrain.DeploymentNames { Names = [.. names.Names] }
            : state;
}
