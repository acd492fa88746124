using Microsoft.AspNetCore.Builder;
using OrleansSockets.Sessions;
using OrleansSockets.Testing;

namespace OrleansSockets.Tests.Testing;

/// <summary>The README's example of a user's test, as it stands there.</summary>
public sealed class ReadmeExampleTests
{
    public interface IRoom : IWebSocketSession;

    public class Room : WebSocketSession, IRoom
    {
        protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => server.Send($"{this.GetPrimaryKeyString()}: {e.Data}"));
            return Task.FromResult(UpgradeResponse.WebSocket(client));
        }
    }

    [Fact]
    public async Task Room_SurvivesAMove_AndAnswersAClose()
    {
        await using var cluster = await PairTestCluster.StartAsync(silos: 2, options => options
            .MapEndpoints(endpoints => endpoints.MapWebSocketSession<IRoom>("/rooms/{name}")));
        using var client = await cluster.Silos[0].ConnectAsync("/rooms/lobby");

        await client.SendAsync("hello");
        Assert.Equal("lobby: hello", await client.ReceiveAsync());

        await cluster.MovePairsAsync(cluster.Silos[1]);
        await client.SendAsync("still there?");
        Assert.Equal("lobby: still there?", await client.ReceiveAsync());

        await client.CloseAsync(4001, "bye");
        Assert.Equal(new CloseEvent(4001, "bye", WasClean: true), await client.ReceiveCloseAsync());
    }
}
