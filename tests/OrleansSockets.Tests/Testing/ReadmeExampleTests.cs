using System.Runtime.CompilerServices;
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
            server.OnMessage(e => Broadcast($"{this.GetPrimaryKeyString()}: {e.Data}"));     // or except: [server]
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

    [Fact]
    public void Readme_Example_IsTheTestAbove()
    {
        var source = File.ReadAllText(ThisFile());
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "README.md"));
        var example =
            source[source.IndexOf("    [Fact]", StringComparison.Ordinal)..source.IndexOf("\n\n    [Fact]\n    public void",
                StringComparison.Ordinal)];
        Assert.Contains(
            string.Join('\n', example.Split('\n').Select(line => line.Length > 4 ? line[4..] : line)), readme, StringComparison.Ordinal);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
