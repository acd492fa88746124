using OrleansSockets.Conformance.Client;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Traces;

namespace OrleansSockets.Conformance.Running;

/// <summary>Plays one scenario once: performs its steps one after the other and records what every end and client saw.</summary>
internal sealed class ScenarioRun(Run run, IReadOnlyDictionary<string, INode> nodes, bool http2, TimeProvider time) : IAsyncDisposable
{
    private readonly TraceRecorder _recorder = new();
    private readonly Dictionary<string, RawClient> _clients = [];
    private readonly HashSet<string> _openActors = [];
    private readonly PlacementReader _placement = new(run, nodes, time);

    /// <returns>The trace, with a <c>problem</c> if a step could not be performed, and where everything was.</returns>
    public async Task<(JsonObject Trace, JsonObject Placement)> PlayAsync(CancellationToken cancellation)
    {
        string? problem = null;
        try
        {
            await BeginAsync();
            for (var i = 0; i < run.Scenario.Steps.Count; i++)
            {
                // What a step, or the setup, causes inside the recording runtime is over before it hears of the next step.
                if (run.Scenario.Steps[i] is TurnStep or ClientStep)
                {
                    await WaitUntilIdleAsync(RunLimits.Reaction, cancellation);
                }

                await PerformAsync(run.Scenario.Steps[i], i, cancellation);
            }

            await WaitUntilIdleAsync(RunLimits.Quiet, cancellation);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            problem = error.Message;
        }

        var trace = new JsonObject { ["ends"] = _recorder.Ends(), ["final"] = await FinalAsync() };
        problem ??= _placement.Missing(_clients.Where(client => client.Value.State == "open").Select(client => client.Key));
        if (problem is not null)
        {
            trace["problem"] = problem;
        }

        return (trace, _placement.Read);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        foreach (var node in nodes.Values)
        {
            await node.EndAsync(run);
        }
    }

    private async Task BeginAsync()
    {
        foreach (var node in nodes.Values)
        {
            await node.BeginAsync(run, _recorder.Add);
        }

        foreach (var (actor, place) in run.Plan.Actors)
        {
            if (place.IsSession)
            {
                await nodes[place.Node].ActivateAsync(run, actor);
            }
        }

        var opener = run.Scenario.Topology switch { Topology.Local => Plan.Host, Topology.Split => Plan.Front, _ => null };
        if (opener is not null)
        {
            await NodeOf(opener).OpenAsync(run, opener).WaitAsync(RunLimits.Step, time);
            _openActors.UnionWith(run.Plan.Actors.Keys);
            await _placement.ReadAsync(PairNames.Of(run.Scenario.Topology)[0]);
        }

        if (run.Scenario.Topology == Topology.Room)
        {
            _openActors.Add(Plan.Host);
        }
    }

    private async Task PerformAsync(Step step, int index, CancellationToken cancellation)
    {
        try
        {
            var performed = step switch
            {
                SettleStep => WaitUntilIdleAsync(RunLimits.Quiet, cancellation),
                IdleStep idle => Task.Delay(idle.Time, time, cancellation),
                AwaitStep wait => _recorder.WaitAsync(wait.At, wait.Event, wait.Count, RunLimits.Step, time, cancellation),
                TurnStep turn => PerformTurnAsync(turn.At, index).WaitAsync(RunLimits.Step, time, cancellation),
                ConnectStep connect => ConnectAsync(connect.Client, cancellation).WaitAsync(RunLimits.Step, time, cancellation),
                ClientStep client => PerformAsync(client).WaitAsync(RunLimits.Step, time, cancellation),
                _ => throw new InvalidOperationException($"Nothing performs a {step.GetType().Name}."),
            };
            await performed;
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"Step {index} {step.Text}: {timeout.Message}", timeout);
        }
    }

    private async Task ConnectAsync(string name, CancellationToken cancellation)
    {
        IClientTransport transport = http2 ? new Http2Transport() : new TcpTransport();
        var client = _clients[name] = new RawClient(transport, entry => _recorder.Add(name, entry), run.Scenario.Client(name).AutoReply);
        var pair = PairNames.Of(run.Scenario.Topology).First(pair => pair.Client == name);
        await client.ConnectAsync(nodes[run.Plan.Clients[name]].EndPoint, $"/runs/{run.Id}/{pair.Server}", cancellation);
        _openActors.UnionWith(run.Plan.Actors.Keys);
        var topology = run.Scenario.Topology;
        foreach (var made in PairNames.Of(topology).Where(made => made == pair || !EndNames.IsClient(topology, made.Client)))
        {
            await _placement.ReadAsync(made);
        }
    }

    private Task PerformAsync(ClientStep step)
    {
        if (!_clients.TryGetValue(step.Client, out var client))
        {
            throw new InvalidOperationException($"{step.Text}: the client {step.Client} is not connected.");
        }

        switch (step)
        {
            case FramesStep frames:
                return client.WriteAsync(frames.Frames);
            case RawStep raw:
                return client.WriteAsync(raw.Bytes);
            case HalfFrameStep half:
                var whole = FrameWriter.Write(half.Frame);
                return client.WriteAsync(whole.AsMemory(0, Math.Max(0, whole.Length - half.Missing)));
            case FinStep:
                client.Fin();
                return Task.CompletedTask;
            case ResetStep:
                client.Reset();
                return Task.CompletedTask;
            default:
                throw new InvalidOperationException($"No client performs a {step.GetType().Name}.");
        }
    }

    private async Task PerformTurnAsync(string at, int step)
    {
        var actor = Plan.ActorOf(run.Scenario.Topology, at);
        if (!_openActors.Contains(actor))
        {
            throw new InvalidOperationException($"There is no end {at} yet.");
        }

        try
        {
            await NodeOf(actor).PerformAsync(run, actor, step);
        }
        catch (Exception error) when (run.Scenario.Topology == Topology.Room && error is not TimeoutException)
        {
            // A request to the object that failed with it.
            _recorder.Add(EndNames.Object, new JsonObject
            {
                ["k"] = "fetch",
                ["threw"] = new JsonObject { ["name"] = "Error", ["kind"] = "other", ["message"] = error.Message },
            });
        }
    }

    // Everything has to be idle, without a pause, for the whole time and at every question.
    private async Task WaitUntilIdleAsync(TimeSpan quiet, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var (quietSince, idleSweeps, seen) = (started, 0, -1L);
        while (true)
        {
            var busy = await BusyAsync();
            idleSweeps++;
            if (busy is not null || _recorder.Count != seen)
            {
                (quietSince, idleSweeps, seen) = (time.GetTimestamp(), 0, _recorder.Count);
            }
            else if (idleSweeps > RunLimits.IdleSweeps && time.GetElapsedTime(quietSince) >= quiet)
            {
                return;
            }

            if (time.GetElapsedTime(started) > RunLimits.Step)
            {
                throw new TimeoutException($"not idle within {RunLimits.Step.TotalSeconds:0.#} s: {busy ?? "entries keep coming"}");
            }

            await Task.Delay(quiet / RunLimits.IdleSweeps, time, cancellation);
        }
    }

    private async Task<string?> BusyAsync()
    {
        if (_clients.FirstOrDefault(client => !client.Value.IsIdle) is { Key: { } busy })
        {
            return $"{busy} has bytes to read";
        }

        foreach (var node in nodes.Values)
        {
            if (!await node.IsIdleAsync())
            {
                return $"node {node.Name} is not idle";
            }
        }

        return null;
    }

    private async Task<JsonObject> FinalAsync()
    {
        var final = new JsonObject();
        foreach (var actor in run.Plan.Actors.Keys.Where(_openActors.Contains))
        {
            var ends = WorkerEnds().Where(end => Plan.ActorOf(run.Scenario.Topology, end) == actor).ToList();
            try
            {
                var states = await NodeOf(actor).ReadStatesAsync(run, actor, ends).WaitAsync(RunLimits.Step, time);
                ends.ForEach(end => final[end] = (object?)states[end] ?? (run.Scenario.Topology == Topology.Room ? "gone" : null));
            }
            catch (Exception error) when (error is TimeoutException or InvalidOperationException)
            {
                ends.ForEach(end => final[end] = "gone");
            }
        }

        foreach (var (name, client) in _clients)
        {
            final[name] = client.State;
        }

        return final;
    }

    private IEnumerable<string> WorkerEnds() => run.Scenario.Topology == Topology.Room
        ? PairNames.Of(Topology.Room).Where(pair => _clients.ContainsKey(pair.Client)).Select(pair => pair.Server)
            .Concat(ScenarioCalls.NewEnds(run.Scenario))
        : EndNames.WorkerEnds(run.Scenario.Topology);

    private INode NodeOf(string actor) => nodes[run.Plan.Actors[actor].Node];
}
