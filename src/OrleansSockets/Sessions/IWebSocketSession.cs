namespace OrleansSockets.Sessions;

/// <summary>A grain with a name (a room, a game, a user) that accepts server ends: the Durable Object's counterpart.</summary>
[Alias("OrleansSockets.IWebSocketSession")]
public interface IWebSocketSession : IGrainWithStringKey
{
    /// <summary>Called by an edge for each client that asks for an upgrade.</summary>
    /// <param name="request">The client's request.</param>
    [Alias("Upgrade")]
    Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request);
}
