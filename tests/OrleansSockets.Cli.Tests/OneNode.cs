using System.Net.WebSockets;
using OrleansSockets.Cli.Tests;
using OrleansSockets.Host.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(OneNode))]

namespace OrleansSockets.Cli.Tests;

/// <summary>The server program, shared by the tests.</summary>
public sealed class OneNode : IAsyncLifetime
{
    private NodeProcess? _node;

    public string Address => $"127.0.0.1:{Node.SiloPort}";

    internal NodeProcess Node => _node!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(Token);

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    /// <summary>Runs the tool against the node.</summary>
    internal Task<Tool> RunAsync(params string[] arguments) => Tool.RunAsync([.. arguments, "--url", $"{Node.Address}admin"]);

    internal async Task<ClientWebSocket> ConnectAsync(string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Node.Socket(path), Token);
        return socket;
    }
}
