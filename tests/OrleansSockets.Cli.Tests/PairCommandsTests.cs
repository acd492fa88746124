using System.Net.WebSockets;
using Xunit;

namespace OrleansSockets.Cli.Tests;

public sealed class PairCommandsTests(OneNode node)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ListShowAndClose_OfAPairOfTwoClients()
    {
        using var first = await node.ConnectAsync("pairs/cli/0");
        using var second = await node.ConnectAsync("pairs/cli/1");
        var id = await IdOfPairAsync("coupled", "coupled");

        var lines = (await node.RunAsync("pairs", "list", "--state", "coupled", "--node", node.Address)).Expect(0);
        Assert.Contains(lines, line => line.StartsWith($"{id}  {node.Address}", StringComparison.Ordinal));
        var shown = (await node.RunAsync("pairs", "show", id)).Expect(0);
        Assert.StartsWith($"pair {id}, grain on {node.Address}, epoch ", shown[0], StringComparison.Ordinal);
        Assert.Contains(shown, line => line.StartsWith("TIME", StringComparison.Ordinal));
        Assert.Contains("open, and no end has seen 1006", (await node.RunAsync("pairs", "explain", id)).Output, StringComparison.Ordinal);

        (await node.RunAsync("pairs", "close", id, "--code", "4001", "--reason", "by hand")).Expect(0);

        Assert.Equal(((WebSocketCloseStatus?)4001, "by hand"), await ReadCloseAsync(first));
        Assert.Equal(((WebSocketCloseStatus?)4001, "by hand"), await ReadCloseAsync(second));
    }

    [Fact]
    public async Task Explain_AfterTheClientWentAway_SaysSo()
    {
        var client = await node.ConnectAsync("echo");
        var id = await IdOfPairAsync("coupled", "accepted");
        client.Abort();
        client.Dispose();

        var sentence = await UntilAsync(
            async () => (await node.RunAsync("pairs", "explain", id)).Output, text => text.Contains("because", StringComparison.Ordinal));

        Assert.Contains($"End 1 on {node.Address} saw a close event with 1006", sentence, StringComparison.Ordinal);
        Assert.Contains($"(end 0 on {node.Address})", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_OfNoPair_IsRefused()
    {
        var refused = await node.RunAsync("pairs", "show", "0123456789abcdef0123456789abcdef");

        refused.Expect(1);
        Assert.Contains("No node knows a pair", refused.Errors, StringComparison.Ordinal);
    }

    private static async Task<(WebSocketCloseStatus? Code, string? Reason)> ReadCloseAsync(ClientWebSocket socket)
    {
        var received = await socket.ReceiveAsync(new byte[100], Token);
        return (received.CloseStatus, received.CloseStatusDescription);
    }

    private async Task<string> IdOfPairAsync(string phase0, string phase1)
    {
        var found = await UntilAsync(
            async () => (await node.RunAsync("pairs", "list", "--json")).Json.GetProperty("pairs").EnumerateArray()
                .Where(
                    pair => pair.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("phase").GetString())
                        .SequenceEqual([phase0, phase1]))
                .Select(pair => pair.GetProperty("id").GetString()!)
                .ToArray(),
            ids => ids.Length == 1);
        return found[0];
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (condition(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"It did not happen in time; last: {answer}");
        }
    }
}
