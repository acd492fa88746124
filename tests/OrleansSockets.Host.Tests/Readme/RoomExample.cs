using Microsoft.AspNetCore.Builder;
using OrleansSockets.Sessions;

namespace OrleansSockets.Host.Tests.Readme;

/// <summary>The second example of README; a test compares its lines.</summary>
internal static class RoomExample
{
    public interface IRoom : IWebSocketSession;

    public static void Map(WebApplication app)
    {
        app.MapWebSocketSession<IRoom>("/rooms/{name}");
    }

    public sealed class Room : WebSocketSession, IRoom
    {
        protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => Broadcast($"{this.GetPrimaryKeyString()}: {e.Data}"));     // or except: [server]
            return Task.FromResult(UpgradeResponse.WebSocket(client));
        }
    }
}
