namespace OrleansSockets.Sessions;

/// <summary>
/// A grain with a name (a room, a game, a user) that accepts server ends: the Durable Object's counterpart. Its sockets are the accepted,
/// unfinished ends of its activation whose peers are clients; not those that it opened to other servers itself. Whatever can call grains
/// can call them: other grains, silos, clients outside the cluster.
/// </summary>
/// <remarks>
/// The calls about sockets never wait: they run in the session's turns, also between the awaits of another call that is in progress.
/// Messages of calls that were awaited one after the other arrive in that order; Orleans keeps none between calls that are under way
/// together. A session that is not active is activated by a call, as every grain, has no sockets then, and is collected again as usual.
/// </remarks>
[Alias("OrleansSockets.IWebSocketSession")]
public interface IWebSocketSession : IGrainWithStringKey
{
    /// <summary>Called by an edge for each client that asks for an upgrade.</summary>
    /// <param name="request">The client's request.</param>
    [Alias("Upgrade")]
    Task<UpgradeResponse> UpgradeAsync(UpgradeRequest request);

    /// <summary>The session's sockets, in the order in which they were accepted.</summary>
    [Alias("GetWebSockets"), AlwaysInterleave]
    Task<IReadOnlyList<WebSocketSnapshot>> GetWebSocketsAsync();

    /// <summary>Sends a message to one socket of the session.</summary>
    /// <param name="id">See <see cref="WebSocketSnapshot.Id"/>.</param>
    /// <param name="message">A string, or bytes.</param>
    /// <returns>Whether the socket is there and took the message.</returns>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.MessageTooLarge"/> for this socket.</exception>
    [Alias("SendToWebSocket"), AlwaysInterleave]
    Task<WebSocketSendOutcome> SendToWebSocketAsync(string id, WebSocketMessage message);

    /// <summary>Sends a message to all sockets of the session. One that is full or closing holds up no other.</summary>
    /// <param name="message">A string, or bytes.</param>
    /// <param name="except">The ids of those that do not get it, such as the sender's; unknown ones are ignored. Default: none.</param>
    /// <param name="whenFull">What to do with a socket that does not keep up. Default: it misses the message.</param>
    /// <returns>How many sockets took the message.</returns>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.MessageTooLarge"/> by the session's settings; nobody gets it. A socket that has kept a smaller
    /// limit from earlier settings misses it.
    /// </exception>
    [Alias("Broadcast"), AlwaysInterleave]
    Task<int> BroadcastAsync(
        WebSocketMessage message, IReadOnlyCollection<string>? except = null, BroadcastFullMode whenFull = BroadcastFullMode.Skip);

    /// <summary>Sends a Close on one socket of the session. What was sent before goes out before it.</summary>
    /// <param name="id">See <see cref="WebSocketSnapshot.Id"/>.</param>
    /// <param name="code">As in <see cref="WebSocketEnd.Close(int?, string?)"/>. Null: none; the client sees 1005.</param>
    /// <param name="reason">As in <see cref="WebSocketEnd.Close(int?, string?)"/>. Null: none.</param>
    /// <returns>False: there is no such socket, or its Close was sent before.</returns>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.InvalidCode"/>, <see cref="WebSocketPairErrorKind.ReasonTooLong"/> or
    /// <see cref="WebSocketPairErrorKind.ReasonWithoutCode"/>, whether the socket is there or not.
    /// </exception>
    [Alias("CloseWebSocket"), AlwaysInterleave]
    Task<bool> CloseWebSocketAsync(string id, int? code = null, string? reason = null);
}
