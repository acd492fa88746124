using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Clusters;

public sealed class ClaimTests
{
    [Fact]
    public async Task Claim_OnAnotherSilo_MessagesAndClosesPass()
    {
        await using var cluster = await PairTestCluster.StartAsync(2);
        var (a, b) = (cluster.Silos[0], cluster.Silos[1]);
        // One list an end: between the two ends there is no order.
        List<string> serverLog = [];
        List<string> clientLog = [];
        EndTicket? ticket = null;
        await a.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => server.Send($"echo: {e.Data}"));
            server.OnClose(e => serverLog.Add($"{server.ReadyState} {e.Code} {e.Reason} {e.WasClean}"));
            ticket = client.Release();
        });
        await b.RunAsync(async _ =>
        {
            var client = await b.Pairs.ClaimAsync(ticket!);
            client.Accept();
            client.OnMessage(e =>
            {
                clientLog.Add(e.Data.Text);
                client.Close(4001, "enough");
            });
            client.OnClose(e => clientLog.Add($"{client.ReadyState} {e.Code} {e.Reason} {e.WasClean}"));
            client.Send("hi");
        });
        await cluster.WaitForIdleAsync();
        Assert.Equal(["Closed 4001 enough True"], serverLog);
        Assert.Equal(["echo: hi", "Closed 4001 enough True"], clientLog);
        Assert.Equal(0, a.PairCount);
        Assert.Equal(0, b.PairCount);
    }
}
