using System.Globalization;
using System.Text.Json;

namespace OrleansSockets.Host.Tests.Local;

/// <summary><c>infra/local/run</c>, as somebody starts it in a shell of their own.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(FindCheckout(), "infra/local/run");

    private readonly ChildProcess _script;
    private readonly Dictionary<string, (Uri Address, int ProcessId, Uri Admin)> _nodes = [];

    private LocalCluster(int port, string[] options)
    {
        Port = port;
        // A group of its own, as a shell makes one, for Ctrl-C; which counts also if whoever started the tests did not want to hear of it.
        _script = new ChildProcess("env", ["--default-signal=INT", "setsid", Script, .. options], ("PORT", $"{port}"));
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    public string Output => _script.Output;

    public int ExitCode => _script.ExitCode;

    private string Store => Path.Combine(Path.GetDirectoryName(Script)!, "../../artifacts/local", $"{Port}");

    /// <summary>Ends when it says that it serves.</summary>
    public static async Task<LocalCluster> StartAsync(int port, CancellationToken cancellationToken, params string[] options)
    {
        var cluster = new LocalCluster(port, options);
        try
        {
            await cluster._script.ReadAfterAsync("Clients:", cancellationToken);
            foreach (var name in new[] { "edge-a", "edge-b", "core-a", "core-b" })
            {
                var words = (await cluster._script.ReadAfterAsync($"{name}:", cancellationToken))
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries);
                cluster._nodes[name] = (new Uri(words[0]), int.Parse(words[2], CultureInfo.InvariantCulture), new Uri(words[^1]));
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A start that is refused: what it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(int port, CancellationToken cancellationToken, params string[] options)
    {
        await using var script = new LocalCluster(port, options);
        await script._script.WaitForExitAsync(cancellationToken);
        return (script.ExitCode, script.Output);
    }

    /// <summary>An address at the proxy.</summary>
    public Uri Address(string path) => new($"http://localhost:{Port}/{path}");

    /// <summary>A node's own port for clients.</summary>
    public Uri AddressOf(string node) => _nodes[node].Address;

    /// <summary>A node's port for administrators.</summary>
    public Uri AdminOf(string node) => _nodes[node].Admin;

    /// <summary>Through the proxy, as clients connect.</summary>
    public Task<TestSocket> ConnectAsync(string path, CancellationToken cancellationToken) =>
        TestSocket.ConnectAsync(new UriBuilder(Address(path)) { Scheme = "ws" }.Uri, cancellationToken);

    /// <summary>At a node's own port.</summary>
    public Task<TestSocket> ConnectToAsync(string node, string pathAndQuery, CancellationToken cancellationToken) =>
        TestSocket.ConnectAsync(new UriBuilder(new Uri(_nodes[node].Address, pathAndQuery)) { Scheme = "ws" }.Uri, cancellationToken);

    /// <summary>What the command-line tool says, as JSON.</summary>
    public async Task<JsonElement> AdministerAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        await using var tool = new ChildProcess(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "orleans-sockets.dll"), "--url", $"{_nodes["edge-b"].Admin}", "--json", .. arguments]);
        await tool.WaitForExitAsync(cancellationToken);
        return tool.ExitCode == 0 ? JsonDocument.Parse(tool.Output).RootElement : throw new InvalidOperationException(tool.Output);
    }

    /// <summary>SIGTERM to a node; ends when the script has noticed its end.</summary>
    public async Task<string> TerminateAsync(string node, CancellationToken cancellationToken)
    {
        await ChildProcess.SignalAsync("TERM", $"{_nodes[node].ProcessId}", cancellationToken);
        return await _script.ReadAfterAsync($"{node} ended ", cancellationToken);
    }

    /// <summary>What Ctrl-C does: SIGINT to the whole group. Ends when the script has.</summary>
    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        await ChildProcess.SignalAsync("INT", $"-{_script.Id}", cancellationToken);
        await _script.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Everything that runs because of it, itself included.</summary>
    public List<int> ProcessIds() => ProcessTable.WithDescendants(_script.Id);

    /// <summary>Forgets what is stored.</summary>
    public void Forget() => Directory.Delete(Store, recursive: true);

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    private static string FindCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansSockets.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No OrleansSockets.sln in or above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
