using Orleans.Storage;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>A store in memory that several nodes may share; frozen, it answers nothing.</summary>
internal sealed class FreezableStorage : IGrainStorage
{
    private readonly Dictionary<string, object> _states = [];
    private volatile TaskCompletionSource? _frozen;

    public void Freeze() => _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw()
    {
        var frozen = _frozen;
        _frozen = null;
        frozen!.SetResult();
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => RunAsync(() =>
    {
        if (_states.TryGetValue($"{stateName} {grainId}", out var state))
        {
            (grainState.State, grainState.RecordExists) = ((T)state, true);
        }
    });

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => RunAsync(() =>
    {
        _states[$"{stateName} {grainId}"] = grainState.State!;
        grainState.RecordExists = true;
    });

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => RunAsync(() =>
    {
        _states.Remove($"{stateName} {grainId}");
        grainState.RecordExists = false;
    });

    private async Task RunAsync(Action act)
    {
        if (_frozen is { } frozen)
        {
            await frozen.Task;
        }

        lock (_states)
        {
            act();
        }
    }
}
