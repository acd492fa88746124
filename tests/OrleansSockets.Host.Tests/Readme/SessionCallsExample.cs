using IRoom = OrleansSockets.Host.Tests.Readme.RoomExample.IRoom;

namespace OrleansSockets.Host.Tests.Readme;

/// <summary>The third example of README; a test compares its lines.</summary>
internal static class SessionCallsExample
{
    public static async Task RunAsync(IGrainFactory grains, string id)
    {
        var room = grains.GetGrain<IRoom>("lobby");
        foreach (var socket in await room.GetWebSocketsAsync())
        {
            Console.WriteLine($"{socket.Id} {socket.ReadyState} since {socket.AcceptedAt}");
        }

        await room.BroadcastAsync("closing time", except: [id]);                 // how many took it
        await room.SendToWebSocketAsync(id, "but you may stay");                 // Sent, BufferFull, Closing or NotFound
        await room.CloseWebSocketAsync(id, 4000, "good night");                  // throws what WebSocketEnd.Close throws
    }
}
