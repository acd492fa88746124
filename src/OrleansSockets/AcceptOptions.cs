namespace OrleansSockets;

/// <summary>Options of <see cref="WebSocketEnd.Accept"/>.</summary>
public sealed class AcceptOptions
{
    /// <summary>
    /// True: the peer's Close is not answered by itself; <c>ReadyState</c> stays <see cref="ReadyState.Closing"/> until you call
    /// <c>Close</c>. For proxies, which coordinate the closes of two sides. False: it is answered. Null (default): as the deployment's
    /// settings say. Overrides them in both directions.
    /// </summary>
    public bool? AllowHalfOpen { get; set; }
}
