namespace OrleansSockets.Tests;

/// <summary>The examples of Cloudflare's page on WebSockets, line by line.</summary>
[Collection(OneSilo.Collection)]
public sealed class SeedExampleTests(OneSilo one)
{
    [Fact]
    public async Task CloseHandler_ByDefault_IsClosedAlready()
    {
        List<object> console = [];
        await one.Silo.RunAsync(_ =>
        {
            var webSocketPair = new WebSocketPair();
            var (client, server) = webSocketPair;

            server.Accept();
            server.AddEventListener("close", e =>
            {
                // ReadyState is already Closed: no need to call server.Close().
                console.Add((int)server.ReadyState);
                console.Add(e.Code);
                console.Add(e.WasClean);

                // Code that replies by hand keeps working: the call is ignored.
                server.Close(e.Code, "done");
            });

            client.Accept();
            client.AddEventListener("close", e => console.Add($"client: {e.Code} {e.Reason}"));
            client.Close(1000, "Work complete");
        });
        await one.IdleAsync();
        Assert.Equal([3, 1000, true, "client: 1000 Work complete"], console);
    }

    [Fact]
    public async Task CloseHandler_HalfOpen_IsClosingUntilClose()
    {
        List<object> console = [];
        await one.Silo.RunAsync(_ =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept(new AcceptOptions { AllowHalfOpen = true });
            server.AddEventListener("close", e =>
            {
                // ReadyState is still Closing here, giving you time to coordinate the close on the other side.
                console.Add((int)server.ReadyState);

                // Manually close when ready.
                server.Close(e.Code, "done");
                console.Add((int)server.ReadyState);
            });

            client.Accept();
            client.AddEventListener("close", e => console.Add($"client: {e.Code} {e.Reason}"));
            client.Close(1000, "Work complete");
        });
        await one.IdleAsync();
        Assert.Equal([2, 3, "client: 1000 done"], console);
    }

    [Fact]
    public async Task CloseHandler_ManualSettingAndNobodyReplies_LeavesBothClosing()
    {
        List<object> console = [];
        var (client, server) = await one.AcceptedPairAsync(one.CreateContext(OneSilo.Manual));
        server.AddEventListener("close", e => console.Add($"server: {(int)server.ReadyState} {e.Code}"));
        client.AddEventListener("close", e => console.Add($"client: {e.Code}"));
        client.Close(1000, "Work complete");
        await one.IdleAsync();

        // A real client gives up by its own timeout and reports 1006; nothing here does it for the client.
        one.Time.Advance(TimeSpan.FromHours(1));
        await one.IdleAsync();
        Assert.Equal(["server: 2 1000"], console);
        Assert.Equal(ReadyState.Closing, client.ReadyState);
    }
}
