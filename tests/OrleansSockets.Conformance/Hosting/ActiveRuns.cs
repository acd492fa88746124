using System.Collections.Concurrent;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>The runs that one node knows.</summary>
internal sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<string, ActiveRun> _runs = new();

    public bool IsIdle => _runs.Values.All(run => run.IsIdle);

    public void Begin(Run run, Action<string, JsonObject> record) => _runs[run.Id] = new ActiveRun(run, record);

    public ActiveRun Get(string id) =>
        _runs.TryGetValue(id, out var run) ? run : throw new InvalidOperationException($"The run {id} is not known on this node.");

    public void End(string id)
    {
        if (_runs.TryRemove(id, out var run))
        {
            run.End();
            ObjectMemory.End(run.Run);
        }
    }
}
