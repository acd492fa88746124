namespace OrleansSockets;

/// <summary>
/// Makes pairs, contexts and claimed ends where no ambient context exists, such as in a hosted service. A singleton of each silo.
/// </summary>
public interface IWebSocketPairFactory
{
    /// <summary>Makes a pair in the current context, or in a context of its own.</summary>
    /// <param name="options">See <see cref="WebSocketPairOptions"/>.</param>
    WebSocketPair Create(WebSocketPairOptions? options = null);

    /// <summary>Makes a context, the unit in which handlers never overlap.</summary>
    /// <param name="deployment">The deployment whose settings its ends take; null: the silo's.</param>
    /// <exception cref="ArgumentException">The deployment is unknown.</exception>
    WebSocketContext CreateContext(string? deployment = null);

    /// <summary>
    /// Makes a released end here, in the current context or in one of its own. It still is to be accepted. What its peer has sent waits for
    /// that.
    /// </summary>
    /// <param name="ticket">From <see cref="WebSocketEnd.Release"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.AlreadyClaimed"/> or
    /// <see cref="WebSocketPairErrorKind.Expired"/>.</exception>
    Task<WebSocketEnd> ClaimAsync(EndTicket ticket, CancellationToken cancellationToken = default);
}
