namespace OrleansSockets.AspNetCore;

/// <summary>Opens sockets to other servers. A singleton of each node.</summary>
public interface IWebSocketConnector
{
    /// <summary>
    /// As <see cref="ConnectWebSocketAsync"/>, but gives the end at once, as <c>new WebSocket(url)</c> does: it is
    /// <see cref="ReadyState.Connecting"/>, then open. Await <see cref="WebSocketEnd.Opened"/>, which fails if the socket cannot be opened.
    /// </summary>
    /// <param name="uri">See <see cref="ConnectWebSocketAsync"/>.</param>
    /// <param name="options">See <see cref="WebSocketConnectOptions"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    WebSocketEnd ConnectWebSocket(Uri uri, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a socket and gives the end that is joined to it, in the current context or in one of its own. It is accepted like the end of
    /// any pair, half-open if asked; what the server sends before waits.
    /// </summary>
    /// <param name="uri"><c>ws</c>, <c>wss</c>, <c>http</c> or <c>https</c>. The caller decides whom a client may reach: never pass on an
    /// address that a client chose without a list of allowed ones.</param>
    /// <param name="options">See <see cref="WebSocketConnectOptions"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.PeerDisconnected"/>: no connection, no answer within the
    /// timeout, or another answer than a good 101.</exception>
    Task<WebSocketEnd> ConnectWebSocketAsync(
        Uri uri, WebSocketConnectOptions? options = null, CancellationToken cancellationToken = default);
}
