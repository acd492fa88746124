using System.Text;

namespace OrleansSockets.Sessions;

/// <summary>
/// A text that a client may send and what it gets for it, without the session hearing of it. See
/// https://developers.cloudflare.com/durable-objects/api/state/#setwebsocketautoresponse.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.WebSocketRequestResponsePair")]
public sealed record WebSocketRequestResponsePair
{
    /// <summary>Bytes of UTF-8 that the request may have, and the response.</summary>
    public const int MaxBytes = 2048;

    /// <summary>Makes one.</summary>
    /// <param name="request">The whole text of a message; "" is one, too. At most <see cref="MaxBytes"/> bytes.</param>
    /// <param name="response">What the client gets. At most <see cref="MaxBytes"/> bytes.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.AutoResponseTooLong"/>.</exception>
    public WebSocketRequestResponsePair(string request, string response)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        Check("Request", request);
        Check("Response", response);
        Request = request;
        Response = response;
    }

    /// <summary>What the client sends.</summary>
    [Id(0)]
    public string Request { get; private init; }

    /// <summary>What it gets.</summary>
    [Id(1)]
    public string Response { get; private init; }

    private static void Check(string what, string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        if (size > MaxBytes)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.AutoResponseTooLong,
                $"{what} cannot be larger than {MaxBytes} bytes. A {(what == "Request" ? "request" : "response")} of size {size} was "
                    + "provided.");
        }
    }
}
