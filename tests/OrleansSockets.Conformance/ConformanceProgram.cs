using System.Text;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Hosting;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Running;

namespace OrleansSockets.Conformance;

/// <summary>The program: reads files, runs their scenarios on a cluster, writes and compares what came of it.</summary>
internal sealed class ConformanceProgram(CommandLine command, TextWriter output, TimeProvider time)
{
    private const int AtOnce = 4;
    private readonly Lock _printing = new();
    private int _passed;
    private int _failed;

    /// <returns>The exit code: 0 if every scenario passed, 1 if one failed, 2 if the command was not understood.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        if (arguments is [NodeProcess.Argument])
        {
            await NodeProcess.RunAsync(Console.In, output, TimeProvider.System);
            return 0;
        }

        var (command, error) = CommandLine.Parse(arguments);
        if (command is null)
        {
            await output.WriteLineAsync(error);
            return 2;
        }

        return await new ConformanceProgram(command, output, TimeProvider.System).RunAsync(CancellationToken.None);
    }

    private async Task<int> RunAsync(CancellationToken cancellation)
    {
        var scenarios = Read();
        var compats = scenarios.Where(recorded => recorded.Scenario.Topology != Topology.Config)
            .Select(recorded => recorded.Scenario.Compat).ToList();
        await using var cluster = compats.Count > 0
            ? await Cluster.StartAsync(command.Nodes, command.Processes, command.Http2, compats, time, cancellation)
            : null;
        var runner = new ScenarioRunner(cluster?.Nodes ?? new Dictionary<string, INode>(), command.Http2, time);
        for (var i = 0; i < command.Repeat; i++)
        {
            await Parallel.ForEachAsync(
                scenarios,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (recorded, stop) => await FinishAsync(await runner.RunAsync(recorded, pairsOn: null, stop)));
        }

        await output.WriteLineAsync($"{_passed} passed, {_failed} failed");
        return _failed == 0 ? 0 : 1;
    }

    private List<RecordedScenario> Read()
    {
        if (command.Inputs.Count == 0)
        {
            return [.. RecordedScenarios.All];
        }

        var scenarios = new List<RecordedScenario>();
        foreach (var (name, path) in command.Inputs.SelectMany(Files))
        {
            try
            {
                scenarios.AddRange(ScenarioFile.Read(name, File.ReadAllBytes(path)));
            }
            catch (Exception error) when (error is ScenarioException or IOException or UnauthorizedAccessException)
            {
                Fail(name, [error.Message]);
            }
        }

        return scenarios;
    }

    // The files of a folder, of those within it too, under the names by which they are told apart and written again.
    private static IEnumerable<(string Name, string Path)> Files(string input) => Directory.Exists(input)
        ? Directory.EnumerateFiles(input, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(input, path), path))
        : [(Path.GetFileName(input), input)];

    private async Task FinishAsync(Outcome outcome)
    {
        if (command.Out is { } folder)
        {
            var path = Path.Combine(folder, outcome.Recorded.FileName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, JsonWriter.WriteFile(outcome.ToFile()), new UTF8Encoding(false));
        }

        if (outcome.Passed)
        {
            Interlocked.Increment(ref _passed);
        }
        else
        {
            Fail(outcome.Recorded.FileName, outcome.Mismatches);
        }
    }

    private void Fail(string file, IEnumerable<string> why)
    {
        lock (_printing)
        {
            _failed++;
            output.WriteLine($"FAILED {file}");
            foreach (var line in why)
            {
                output.WriteLine($"  {line}");
            }
        }
    }
}
