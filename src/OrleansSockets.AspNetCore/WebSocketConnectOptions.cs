namespace OrleansSockets.AspNetCore;

/// <summary>How one socket is opened.</summary>
public sealed class WebSocketConnectOptions
{
    /// <summary>Headers of the request, such as <c>Authorization</c> or <c>Origin</c>.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Subprotocols to offer, the preferred first. The server's choice is the end's <see cref="WebSocketEnd.Protocol"/>.</summary>
    public IList<string> Protocols { get; } = [];

    /// <summary>From the call to the 101 response. Default 15 s; 0: no limit.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
