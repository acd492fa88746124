using Microsoft.AspNetCore.WebUtilities;
using OrleansSockets.Sessions;

namespace OrleansSockets.Host.Rooms;

/// <summary>What one member says, everybody in the room hears, wherever their sockets are.</summary>
internal sealed class Room : WebSocketSession, IRoom
{
    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        var name = QueryHelpers.ParseQuery(request.Query).TryGetValue("name", out var given) ? $"{given}" : "somebody";
        var (client, member) = new WebSocketPair();
        member.OnMessage(e => Say($"{name}: {e.Data}"));
        member.OnClose(_ => Say($"{name} has left"));
        member.OnError(_ => Say($"{name} has left"));
        member.Accept();
        Say($"{name} is here");
        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }

    // One who does not listen must not hold up the room, and had better come again than miss a part of the talk.
    private void Say(string line) => Broadcast(line, whenFull: BroadcastFullMode.Close);
}
