using Microsoft.AspNetCore.WebUtilities;
using OrleansSockets.Sessions;

namespace OrleansSockets.Host.Rooms;

/// <summary>What one member says, everybody in the room hears, wherever their sockets are.</summary>
internal sealed class Room : WebSocketSession, IRoom
{
    private readonly Dictionary<WebSocketEnd, string> _members = [];

    protected override Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request)
    {
        var (client, member) = new WebSocketPair();
        member.OnMessage(e => Say($"{_members[member]}: {e.Data}"));
        member.OnClose(_ => Leave(member));
        member.OnError(_ => Leave(member));
        member.Accept();

        _members[member] = QueryHelpers.ParseQuery(request.Query).TryGetValue("name", out var name) ? $"{name}" : "somebody";
        Say($"{_members[member]} is here");
        return Task.FromResult(UpgradeResponse.WebSocket(client));
    }

    private void Leave(WebSocketEnd member)
    {
        if (_members.Remove(member, out var name))
        {
            Say($"{name} has left");
        }
    }

    private void Say(string line)
    {
        foreach (var member in _members.Keys)
        {
            try
            {
                member.Send(line);
            }
            catch (WebSocketPairException full) when (full.Kind == WebSocketPairErrorKind.BufferFull)
            {
                // One who does not listen must not hold up the room.
                member.Close(CloseCode.TryAgainLater, "too slow");
            }
        }
    }
}
