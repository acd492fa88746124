using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Processes.Tests;

/// <summary>A process outside the cluster, connected to a gateway of it.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private readonly int[] _ports = ThreeNodes.FreePorts(3);
    private TestNode _node = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync(_ports[0], _ports[1], _ports[2], _ports[1], Token);

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Client_ReadsAndWritesDeployments() => Assert.Equal(
        [
            "put: Written, revision 1",
            "put again: Conflict, revision 1",
            "put bad: Invalid, revision 1, InvalidDate, UnknownFlag",
            "put over: Written, revision 2",
            "get: 2026-04-08 web_socket_manual_reply_to_close",
            "effective: off, because the flag web_socket_manual_reply_to_close is given",
            "list: default, outside",
            "delete: Conflict, revision 2",
            "delete: Written, revision none",
            "delete: NotFound, revision none",
            "get: revision none",
        ],
        await RunAsync("deployments"));

    [Fact]
    public async Task Client_AsksASessionForAnEnd_AndCannotClaimIt() => Assert.Equal(
        [
            "session: 101, ticket for side 0",
            "claim: NotLocal: This process cannot claim an end: it is a client outside the cluster, and messages travel between silos "
            + "only. "
                + "Pass the ticket to a grain and claim the end there.",
        ],
        await RunAsync("claim"));

    [Fact]
    public async Task Client_ListsSendsBroadcastsAndCloses_OverASession()
    {
        using var first = await _node.ConnectAsync("/recorders/talk", Token);
        using var last = await _node.ConnectAsync("/recorders/talk", Token);

        Assert.Equal(
            [
                "list: Open, Open",
                "send: Sent",
                "send: NotFound",
                "broadcast: 2",
                "broadcast: 1",
                "error: InvalidCode: Invalid WebSocket close code: 1005.",
                "error: ReasonTooLong: WebSocket close reason must not be longer than 123 bytes when UTF-8 encoded.",
                "error: ReasonWithoutCode: If you specify a WebSocket close reason, you must also specify a code.",
                "error: MessageTooLarge: Message is too large: 33554433 > 33554432",
                "close: True",
                "close: False",
                "close: True",
            ],
            await RunAsync("session", "talk"));

        Assert.Equal(["Text you are the first", "Text all", "Close 4001 from outside"], await ReadAllAsync(first));
        Assert.Equal(["Text all", "Binary AB", "Close 4003 "], await ReadAllAsync(last));
    }

    private static async Task<List<string>> ReadAllAsync(ClientWebSocket socket)
    {
        List<string> read = [];
        var buffer = new byte[128];
        WebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer, Token);
            read.Add(result.MessageType == WebSocketMessageType.Close
                ? $"Close {(int)result.CloseStatus!} {result.CloseStatusDescription}"
                : $"{result.MessageType} {Encoding.UTF8.GetString(buffer, 0, result.Count)}");
        }
        while (result.MessageType != WebSocketMessageType.Close);
        return read;
    }

    private async Task<string[]> RunAsync(params string[] what)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(
            own.Parent!.Parent!.FullName, "OrleansSockets.Processes.Client", own.Name, "OrleansSockets.Processes.Client.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [program, $"{_ports[2]}", .. what])
                { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
