using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>
/// The other side of <see cref="ProcessNode"/>: a process that is one node. Commands come in as lines of JSON, answers and trace
/// entries go out in the same way; when no more commands can come, the process ends.
/// </summary>
internal sealed class NodeProcess(LocalNode node, TextWriter output, TimeProvider time)
{
    /// <summary>The argument that makes a process a node.</summary>
    public const string Argument = "--node";

    private readonly Lock _writing = new();

    public static async Task RunAsync(TextReader input, TextWriter output, TimeProvider time)
    {
        var settings = NodeCodec.ReadSettings((JsonObject)JsonReader.Read(await input.ReadLineAsync() ?? string.Empty)!);
        await using var node = await LocalNode.StartAsync(settings, CancellationToken.None);
        var process = new NodeProcess(node, output, time);
        process.Write(new JsonObject { ["silo"] = node.Silo, ["processId"] = node.ProcessId });
        while (await input.ReadLineAsync() is { } line)
        {
            _ = process.AnswerAsync((JsonObject)JsonReader.Read(line)!);
        }
    }

    private async Task AnswerAsync(JsonObject command)
    {
        // Nothing of a command may hold up the reading of the next one.
        await Task.Yield();
        var answer = new JsonObject { ["id"] = command["id"] };
        try
        {
            answer["value"] = await PerformAsync(command);
        }
        catch (Exception error)
        {
            answer["error"] = error.Message;
        }

        Write(answer);
    }

    private async Task<object?> PerformAsync(JsonObject command)
    {
        var run = command.Object("run") is { } source ? NodeCodec.ReadRun(source) : null!;
        var actor = command.Text("actor")!;
        switch (command.Text("do"))
        {
            case "join":
                await node.JoinedAsync(time, CancellationToken.None);
                return null;
            case "begin":
                await node.BeginAsync(run, (end, entry) => Write(new JsonObject { ["run"] = run.Id, ["end"] = end, ["entry"] = entry }));
                return null;
            case "activate":
                await node.ActivateAsync(run, actor);
                return null;
            case "open":
                await node.OpenAsync(run, actor);
                return null;
            case "perform":
                await node.PerformAsync(run, actor, (int)(double)command["step"]!);
                return null;
            case "states":
                var ends = command.List("ends")!.Cast<string>().ToList();
                var states = await node.ReadStatesAsync(run, actor, ends);
                return ends.ConvertAll(end => (object?)states[end]);
            case "pair":
                return await node.FindPairAsync(run, actor, command.Text("end")!) is { } place
                    ? new List<object?> { place.Pair, place.Client, place.Server }
                    : null;
            case "idle":
                return await node.IsIdleAsync();
            case "end":
                await node.EndAsync(run);
                return null;
            default:
                throw new InvalidOperationException($"A node does not understand {JsonWriter.Write(command)}.");
        }
    }

    private void Write(JsonObject message)
    {
        lock (_writing)
        {
            output.WriteLine(JsonWriter.Write(message));
            output.Flush();
        }
    }
}
