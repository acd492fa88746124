using OrleansSockets.Storage.Tests.Stores;

namespace OrleansSockets.Host.Tests;

/// <summary>The program that README's first command starts, on free ports.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly ChildProcess _process;

    private NodeProcess(int siloPort, int gatewayPort, IEnumerable<string> arguments)
    {
        SiloPort = siloPort;
        _process = new ChildProcess(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "OrleansSockets.Host.dll"), "--urls", "http://127.0.0.1:0",
                // Not the file of whoever runs the tests.
                "--Storage:Provider=Memory",
                $"--Silo:Port={siloPort}", $"--Silo:GatewayPort={gatewayPort}", .. arguments,
            ],
            ("ASPNETCORE_ENVIRONMENT", "Development"));
    }

    public int SiloPort { get; }

    /// <summary>Where it listens, with a slash at its end.</summary>
    public Uri Address { get; private set; } = null!;

    public string Output => _process.Output;

    public int ExitCode => _process.ExitCode;

    public static async Task<NodeProcess> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var node = new NodeProcess(FreePort.Next(), FreePort.Next(), arguments);
        try
        {
            node.Address = new Uri(await node._process.ReadAfterAsync(Listening, cancellationToken));
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>A start that fails: its exit code, and all that it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        await using var node = new NodeProcess(FreePort.Next(), FreePort.Next(), arguments);
        await node._process.WaitForExitAsync(cancellationToken);
        return (node.ExitCode, node.Output);
    }

    /// <summary>Another node of the same cluster.</summary>
    public Task<NodeProcess> StartPeerAsync(CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(cancellationToken, [$"--Silo:Primary=127.0.0.1:{SiloPort}", .. arguments]);

    /// <summary>Another node that wants to be of the same cluster. False: it has tried twice in vain, and listens to no client.</summary>
    public async Task<bool> TakesPeerAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        await using var peer = new NodeProcess(
            FreePort.Next(), FreePort.Next(), [$"--Silo:Primary=127.0.0.1:{SiloPort}", .. arguments]);
        for (var refused = 0; refused < 2; refused++)
        {
            var (said, _) = await peer._process.ReadAfterAnyAsync(
                [Listening, $"Connection attempt to endpoint S127.0.0.1:{SiloPort}:0 failed"], cancellationToken);
            if (said == Listening)
            {
                return true;
            }
        }

        return false;
    }

    public Uri Socket(string pathAndQuery) => new UriBuilder(new Uri(Address, pathAndQuery)) { Scheme = "ws" }.Uri;

    public Task TerminateAsync(CancellationToken cancellationToken) => _process.TerminateAsync(cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
