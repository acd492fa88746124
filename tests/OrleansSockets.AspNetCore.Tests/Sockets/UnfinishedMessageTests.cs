using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Frames;
using OrleansSockets.Pairs;
using OrleansSockets.Streams;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>Clients that begin large messages and never end them, on a node with a budget of 16 MiB.</summary>
public sealed class UnfinishedMessageTests
{
    private const int Mebibyte = 1024 * 1024;
    private const int Budget = 16 * Mebibyte;
    private const int Clients = 6;

    [Fact]
    public async Task Unfinished_ManyLargeOnes_StayWithinTheBudgetAndAHealthyPairGoesOn()
    {
        await using var node = await EdgeNode.StartAsync(
            app => app.MapWebSocketPairs("/pairs"), silo: silo => silo.MaxBufferedBytes = Budget);
        var hub = node.App.Services.GetRequiredService<PairHub>();
        using var healthy = await node.ConnectAsync("/pairs/healthy/0");
        using var peer = await node.ConnectAsync("/pairs/healthy/1");
        List<RawClient> clients = [];
        List<Task<string>> ends = [];
        List<Task> floods = [];
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                foreach (var side in new[] { 0, 1 })
                {
                    var client = await node.ConnectAsync($"/pairs/u{i}/{side}");
                    clients.Add(client);
                    ends.Add(ReadCloseAsync(client));
                }

                floods.Add(FloodAsync(clients[^2]));
            }

            // 48 MiB come, and the budget is met again and again, until so many are closed that the others fit.
            var most = 0L;
            var rounds = 0;
            while (Closed() < 4 || floods.Any(flood => !flood.IsCompleted))
            {
                await healthy.SendTextAsync("hello");
                Assert.Equal("text hello", await peer.ReadAsync());
                await peer.SendAsync(Opcode.Binary, new byte[20_000]);
                Assert.Equal("binary 20000", await healthy.ReadAsync());
                most = Math.Max(most, hub.Host.Budget.HeldBytes);
                rounds++;
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, RawClient.Token);
            }

            // What comes above the budget is what the windows had let in before it was met, and a step of the count, at both ends.
            Assert.InRange(most, Budget / 2, Budget + (Clients * 2 * (hub.Host.Options.MaxWindow + BufferAccount.Step)));

            // Two that are left may fill it to the brim, with what was under way on top: then one more is closed.
            var budget = hub.Host.Budget;
            await SocketServer.EventuallyAsync(() => budget.HeldBytes < Budget, () => $"{budget.HeldBytes} bytes are held");
            Assert.InRange(rounds, 10, int.MaxValue);
            Assert.True(Closed() < Clients, "All are closed, though some fit.");
            for (var i = 0; i < Clients; i++)
            {
                // Both clients of a pair hear of it, or none.
                if (ends[2 * i].IsCompleted || ends[(2 * i) + 1].IsCompleted)
                {
                    Assert.Equal(
                        "close 1013 A message was not finished.",
                        await ends[2 * i].WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token));
                    Assert.Equal(
                        "close 1013 A message was not finished.",
                        await ends[(2 * i) + 1].WaitAsync(RawClient.Patience, TimeProvider.System, RawClient.Token));
                }
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        int Closed() => ends.Where((end, index) => index % 2 == 0 && end.IsCompleted).Count();
    }

    private static async Task FloodAsync(RawClient client)
    {
        try
        {
            for (var i = 0; i < 16; i++)
            {
                await client.SendAsync(i == 0 ? Opcode.Binary : Opcode.Continuation, new byte[Mebibyte / 2], fin: false);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed meanwhile.
        }
    }

    // Answers the Close, as a client does.
    private static async Task<string> ReadCloseAsync(RawClient client)
    {
        var line = await client.ReadAsync();
        if (line.StartsWith("close", StringComparison.Ordinal))
        {
            try
            {
                await client.SendCloseAsync(1013);
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // Gone by itself.
            }
        }

        return line;
    }
}
