using System.Net;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using OrleansSockets.AspNetCore.Handshakes;

namespace OrleansSockets.AspNetCore.Outbound;

/// <summary>The client's part of the opening handshake (RFC 6455 section 4.1), over HTTP/1.1.</summary>
internal sealed class ClientHandshake
{
    private readonly WebSocketConnectOptions _options;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public ClientHandshake(Uri uri, WebSocketConnectOptions options)
    {
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("ws" or "wss" or "http" or "https") || uri.Fragment.Length > 0)
        {
            throw new ArgumentException($"'{uri}' is no absolute address of ws, wss, http or https without a fragment.", nameof(uri));
        }

        _options = options;
        Uri = uri;
    }

    public Uri Uri { get; }

    public static WebSocketPairException Failed(Uri uri, string what, Exception? inner = null) =>
        new(WebSocketPairErrorKind.PeerDisconnected, $"{uri.GetLeftPart(UriPartial.Path)} {what}.", inner);

    public HttpRequestMessage CreateRequest()
    {
        var scheme = Uri.Scheme is "wss" or "https" ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri) { Scheme = scheme, Port = Uri.Port }.Uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in _options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.Connection.Add(HeaderNames.Upgrade);
        request.Headers.Upgrade.ParseAdd(WebSocketHandshake.WebSocket);
        request.Headers.Add(HeaderNames.SecWebSocketVersion, WebSocketHandshake.Version);
        request.Headers.Add(HeaderNames.SecWebSocketKey, _key);
        if (_options.Protocols.Count > 0)
        {
            request.Headers.Add(HeaderNames.SecWebSocketProtocol, string.Join(", ", _options.Protocols));
        }

        return request;
    }

    /// <summary>The server's choice of a subprotocol, or "".</summary>
    /// <exception cref="WebSocketPairException">The answer is not what the handshake demands.</exception>
    public string Check(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            throw Failed(Uri, $"answered {(int)response.StatusCode} instead of 101");
        }

        if (Single(response, HeaderNames.SecWebSocketAccept) != WebSocketHandshake.AcceptKey(_key)
            || !response.Headers.Upgrade.Any(
                upgrade => string.Equals(upgrade.Name, WebSocketHandshake.WebSocket, StringComparison.OrdinalIgnoreCase)))
        {
            throw Failed(Uri, "answered 101 for another handshake than this one");
        }

        if (response.Headers.Contains(HeaderNames.SecWebSocketExtensions))
        {
            throw Failed(Uri, "chose an extension that was not offered");
        }

        var protocol = Single(response, HeaderNames.SecWebSocketProtocol) ?? "";
        return protocol.Length == 0 || _options.Protocols.Contains(protocol)
            ? protocol
            : throw Failed(Uri, $"chose the subprotocol '{protocol}', which was not offered");
    }

    private static string? Single(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
