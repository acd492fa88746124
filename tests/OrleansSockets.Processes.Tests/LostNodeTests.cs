using System.Diagnostics;
using System.Net.WebSockets;

namespace OrleansSockets.Processes.Tests;

public sealed class LostNodeTests(ITestOutputHelper output)
{
    /// <summary>
    /// The fast profile declares a killed process dead after about 1 s, a frozen one after 3 s; twice that on a busy machine.
    /// </summary>
    private static readonly TimeSpan FastProfile = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_SiloOfTheClientsEnd_SessionSees1006()
    {
        await using var nodes = await ThreeNodes.StartAsync(Cancellation);
        await nodes.B.GetListAsync("/recorders/r/closes", Cancellation);
        using var client = await nodes.C.ConnectAsync("/recorders/r", Cancellation);
        await EchoAsync(client);

        var killed = Stopwatch.GetTimestamp();
        nodes.C.Kill();
        string[] closes;
        while (
            (closes = await nodes.B.GetListAsync("/recorders/r/closes", Cancellation)).Length == 0
                && Stopwatch.GetElapsedTime(killed) < FastProfile)
        {
            await Task.Delay(Poll, TimeProvider.System, Cancellation);
        }

        output.WriteLine($"1006 after {Stopwatch.GetElapsedTime(killed)}");
        Assert.Equal(["1006 False"], closes);
    }

    [Fact]
    public async Task Kill_SiloOfTheSession_ClientIsDropped()
    {
        await using var nodes = await ThreeNodes.StartAsync(Cancellation);
        await nodes.C.GetListAsync("/recorders/r/closes", Cancellation);
        using var client = await nodes.B.ConnectAsync("/recorders/r", Cancellation);
        await EchoAsync(client);

        await AssertDroppedAfterKillAsync(nodes.C, client);
    }

    [Fact]
    public async Task Kill_SiloOfOneClient_OtherClientIsDropped()
    {
        await using var nodes = await ThreeNodes.StartAsync(Cancellation);
        using var staying = await nodes.B.ConnectAsync("/pairs/p/0", Cancellation);
        using var lost = await nodes.C.ConnectAsync("/pairs/p/1", Cancellation);
        await lost.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        await staying.ReceiveAsync(new byte[16], Cancellation);

        await AssertDroppedAfterKillAsync(nodes.C, staying);
    }

    private async Task AssertDroppedAfterKillAsync(TestNode victim, ClientWebSocket client)
    {
        var killed = Stopwatch.GetTimestamp();
        victim.Kill();
        var failure = await Assert.ThrowsAsync<WebSocketException>(
            () => client.ReceiveAsync(new byte[16], Cancellation).WaitAsync(FastProfile, Cancellation));

        // What a browser reports as 1006: TCP ended and no Close came.
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, failure.WebSocketErrorCode);
        output.WriteLine($"dropped after {Stopwatch.GetElapsedTime(killed)}");
    }

    private static async Task EchoAsync(ClientWebSocket client)
    {
        await client.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        var echo = await client.ReceiveAsync(new byte[16], Cancellation);
        Assert.Equal(2, echo.Count);
    }
}
