using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>A node in a process of its own: the same program, told what to do over its standard input.</summary>
internal sealed class ProcessNode : INode
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(20);

    private readonly NodeSettings _settings;
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<object?>> _waiting = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonObject>> _recorders = new();
    private readonly TaskCompletionSource<JsonObject> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writing = new();
    private readonly Task _reading;
    private int _commands;

    private ProcessNode(NodeSettings settings, Process process, TimeProvider time)
    {
        (_settings, _process, _time) = (settings, process, time);
        _reading = Task.Run(ReadAsync);
    }

    public string Name => _settings.Address.Name;

    public string Silo { get; private set; } = string.Empty;

    public int ProcessId { get; private set; }

    public IPEndPoint EndPoint => _settings.Address.Http;

    public static async Task<ProcessNode> StartAsync(NodeSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var node = new ProcessNode(settings, Process.Start(Command())!, time);
        try
        {
            node.Send(NodeCodec.Write(settings));
            var started = await node._started.Task.WaitAsync(cancellation);
            (node.Silo, node.ProcessId) = (started.Text("silo")!, (int)(double)started["processId"]!);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public Task JoinedAsync() => AskAsync("join");

    public Task BeginAsync(Run run, Action<string, JsonObject> record)
    {
        _recorders[run.Id] = record;
        return AskAsync("begin", run);
    }

    public Task ActivateAsync(Run run, string actor) => AskAsync("activate", run, actor);

    public Task OpenAsync(Run run, string actor) => AskAsync("open", run, actor);

    public Task PerformAsync(Run run, string actor, int step) => AskAsync("perform", run, actor, ("step", step));

    public async Task<IReadOnlyDictionary<string, int?>> ReadStatesAsync(Run run, string actor, IReadOnlyList<string> ends)
    {
        var states = (List<object?>)(await AskAsync("states", run, actor, ("ends", ends.ToList<object?>())))!;
        return ends.Zip(states).ToDictionary(pair => pair.First, pair => (int?)(double?)pair.Second);
    }

    public async Task<PairPlace?> FindPairAsync(Run run, string actor, string end) =>
        await AskAsync("pair", run, actor, ("end", end)) is List<object?> place
            ? new PairPlace((string?)place[0], (string?)place[1], (string?)place[2])
            : null;

    public async Task<bool> IsIdleAsync() => await AskAsync("idle") is true;

    public async Task EndAsync(Run run)
    {
        await AskAsync("end", run);
        _recorders.TryRemove(run.Id, out _);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using (var limit = new CancellationTokenSource(ExitLimit, _time))
        {
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await _reading;
        _process.Dispose();
    }

    // The program beside this assembly, which need not be the running one.
    private static ProcessStartInfo Command()
    {
        var assembly = typeof(ProcessNode).Assembly.Location;
        var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        var command = new ProcessStartInfo
        {
            FileName = File.Exists(program) ? program : "dotnet",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!File.Exists(program))
        {
            command.ArgumentList.Add(assembly);
        }

        command.ArgumentList.Add(NodeProcess.Argument);
        return command;
    }

    private async Task<object?> AskAsync(string what, Run? run = null, string? actor = null, (string Name, object? Value)? more = null)
    {
        var id = Interlocked.Increment(ref _commands);
        var answer = _waiting[id] = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = new JsonObject { ["id"] = id, ["do"] = what, ["run"] = run is null ? null : NodeCodec.Write(run), ["actor"] = actor };
        if (more is var (name, value))
        {
            command[name] = value;
        }

        Send(command);
        return await answer.Task;
    }

    private void Send(JsonObject message)
    {
        lock (_writing)
        {
            _process.StandardInput.WriteLine(JsonWriter.Write(message));
            _process.StandardInput.Flush();
        }
    }

    // Entries of an end arrive here in the order in which they were written, and before the answer to what caused them.
    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var message = (JsonObject)JsonReader.Read(line)!;
            if (message.Text("run") is { } run)
            {
                _recorders.GetValueOrDefault(run)?.Invoke(message.Text("end")!, message.Object("entry")!);
            }
            else if (message.TryGetValue("id", out var id))
            {
                Answer((int)(double)id!, message);
            }
            else
            {
                _started.TrySetResult(message);
            }
        }

        var ended = new InvalidOperationException($"The process of node {Name} has ended.");
        _started.TrySetException(ended);
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(ended);
        }
    }

    private void Answer(int id, JsonObject message)
    {
        if (!_waiting.TryRemove(id, out var answer))
        {
            return;
        }

        if (message.Text("error") is { } error)
        {
            answer.SetException(new InvalidOperationException(error));
        }
        else
        {
            answer.SetResult(message["value"]);
        }
    }
}
