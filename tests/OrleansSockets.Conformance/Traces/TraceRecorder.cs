using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Traces;

/// <summary>Collects the entries of one run. Any thread may add; order is only meant inside one end.</summary>
internal sealed class TraceRecorder
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<JsonObject>> _ends = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _count;

    /// <summary>How many entries there are: grows with everything that happens.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(string end, JsonObject entry)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (!_ends.TryGetValue(end, out var entries))
            {
                _ends[end] = entries = [];
            }

            entries.Add(entry);
            Interlocked.Increment(ref _count);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    /// <summary>Waits until an end has so many entries of a kind.</summary>
    /// <exception cref="TimeoutException">They did not come; the message says what the end has instead.</exception>
    public async Task WaitAsync(string end, string kind, int count, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (Entries(end).Count(entry => IsOfKind(entry, kind)) >= count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"no {kind} number {count} at {end} within {limit.TotalSeconds:0.#} s; there is {Describe(end)}");
            }
        }
    }

    public JsonObject Ends()
    {
        lock (_lock)
        {
            var result = new JsonObject();
            foreach (var (end, entries) in _ends.OrderBy(item => item.Key, StringComparer.Ordinal))
            {
                result[end] = entries.ConvertAll(entry => (object?)entry);
            }

            return result;
        }
    }

    private string Describe(string end)
    {
        lock (_lock)
        {
            var entries = Entries(end);
            return entries.Count == 0 ? "nothing" : string.Join(", ", entries.Select(entry => JsonWriter.Write(entry)));
        }
    }

    private List<JsonObject> Entries(string end) => _ends.GetValueOrDefault(end) ?? [];

    private static bool IsOfKind(JsonObject entry, string kind) => entry.Text("k") switch
    {
        // An event counts once, however many listeners it has.
        "event" => entry.Text("type") == kind && !entry.ContainsKey("listener"),
        "frame" => "frame:" + entry.Text("op") == kind,
        "tcp" => kind == "tcp",
        "instance" => kind == "instance",
        _ => false,
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
