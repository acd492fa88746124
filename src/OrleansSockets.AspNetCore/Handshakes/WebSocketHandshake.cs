using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OrleansSockets.AspNetCore.Connections;

namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>The server's part of the opening handshake: RFC 6455 section 4.2 over HTTP/1.1, RFC 8441 over HTTP/2.</summary>
internal static class WebSocketHandshake
{
    public const string Version = "13";
    public const string WebSocket = "websocket";
    private const int KeyBytes = 16;

    private static readonly HandshakeFailure NoUpgrade = new(
        StatusCodes.Status426UpgradeRequired,
        "This address speaks WebSocket: the request needs 'Connection: Upgrade' and 'Upgrade: websocket'.")
    {
        Headers = new Dictionary<string, string> { [HeaderNames.Upgrade] = WebSocket, [HeaderNames.Connection] = HeaderNames.Upgrade },
    };

    private static readonly HandshakeFailure WrongVersion = new(
        StatusCodes.Status426UpgradeRequired, $"Only WebSocket version {Version} is spoken here.")
    {
        Headers = new Dictionary<string, string> { [HeaderNames.SecWebSocketVersion] = Version, [HeaderNames.Upgrade] = WebSocket },
    };

    // HTTP/2 knows neither 426 nor the header Upgrade.
    private static readonly HandshakeFailure NoExtendedConnect = new(
        StatusCodes.Status400BadRequest,
        "This address speaks WebSocket: over HTTP/2 the request needs the method CONNECT and ':protocol: websocket' (RFC 8441).");

    private static readonly HandshakeFailure NoProxy = new(
        StatusCodes.Status400BadRequest,
        "A CONNECT without ':protocol' asks for a proxy, and this is none. A WebSocket needs ':protocol: websocket' (RFC 8441).");

    private static readonly HandshakeFailure WrongVersionOfHttp2 = new(StatusCodes.Status400BadRequest, WrongVersion.Detail)
    {
        Headers = new Dictionary<string, string> { [HeaderNames.SecWebSocketVersion] = Version },
    };

    private static readonly HandshakeFailure BadKey = new(
        StatusCodes.Status400BadRequest, $"The request needs one Sec-WebSocket-Key with {KeyBytes} bytes in base64.");

    private static readonly HandshakeFailure LongProtocol = new(
        StatusCodes.Status400BadRequest, $"The name of a subprotocol may have {NameCheck.MaxLength} characters.");

    /// <summary>Null if the request may become a socket.</summary>
    public static HandshakeFailure? Check(HttpContext context, EdgeOptions options, bool anyOrigin)
    {
        var request = context.Request;
        if (ExtendedConnect(context) is { } connect)
        {
            if (!IsWebSocket(connect.Protocol))
            {
                return OtherProtocol(connect.Protocol);
            }
        }
        else if (IsMultiplexed(request))
        {
            return NoExtendedConnect;
        }
        else if (!HttpMethods.IsGet(request.Method)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            || !Tokens(request.Headers.Upgrade).Contains(WebSocket, StringComparer.OrdinalIgnoreCase))
        {
            return NoUpgrade;
        }
        else if (!IsKey(request.Headers.SecWebSocketKey))
        {
            return BadKey;
        }

        if (request.Headers.SecWebSocketVersion is not [Version])
        {
            return IsMultiplexed(request) ? WrongVersionOfHttp2 : WrongVersion;
        }

        if (Offered(context).Any(protocol => protocol.Length > NameCheck.MaxLength))
        {
            return LongProtocol;
        }

        return anyOrigin || IsAllowed(request.Headers.Origin, options.AllowedOrigins) || IsOwn(context)
            ? null
            : new HandshakeFailure(
                StatusCodes.Status403Forbidden, $"The origin '{request.Headers.Origin}' is not allowed to open sockets here.");
    }

    /// <summary>
    /// Why a CONNECT that no endpoint took was refused, if there is more to say than its status does: most often the endpoint was mapped
    /// for HTTP/1.1 only.
    /// </summary>
    public static HandshakeFailure? ExplainRefusal(HttpContext context)
    {
        if (!HttpMethods.IsConnect(context.Request.Method))
        {
            return null;
        }

        var status = context.Response.StatusCode;
        return ExtendedConnect(context) switch
        {
            null => status is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed ? NoProxy : null,
            _ when status != StatusCodes.Status405MethodNotAllowed => null,
            { Protocol: var protocol } when !IsWebSocket(protocol) => OtherProtocol(protocol),
            _ when Tokens(context.Response.Headers.Allow).Contains(HttpMethods.Get) => new HandshakeFailure(
                status,
                $"The endpoint at '{context.Request.Path}' is mapped for GET, which opens a WebSocket over HTTP/1.1 only. "
                + "This is an extended CONNECT of HTTP/2: map the endpoint with app.MapWebSocket instead of app.MapGet to serve both."),
            _ => null,
        };
    }

    /// <summary>The subprotocols that the client offers, in its order of preference.</summary>
    public static IReadOnlyList<string> Offered(HttpContext context) => [.. Tokens(context.Request.Headers.SecWebSocketProtocol)];

    /// <summary>Sends the 101 (200 over HTTP/2) and gives the stream of frames.</summary>
    /// <param name="context">A checked request.</param>
    /// <param name="protocol">One of the offered subprotocols, or null.</param>
    public static async Task<Stream> AcceptAsync(HttpContext context, string? protocol)
    {
        if (protocol is not null && !Offered(context).Contains(protocol, StringComparer.Ordinal))
        {
            throw new InvalidOperationException(
                $"The client did not offer the subprotocol '{protocol}', so it cannot be chosen (RFC 6455 section 4.2.2).");
        }

        var headers = context.Response.Headers;
        if (protocol is not null)
        {
            headers.SecWebSocketProtocol = protocol;
        }

        // The edge has limits of its own for a client that does not read, and a socket may well be idle.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate && ExtendedConnect(context) is null)
        {
            responseRate.MinDataRate = null;
        }

        if (ExtendedConnect(context) is { } connect)
        {
            return await connect.AcceptAsync();
        }

        context.Features.Get<IHalfCloseFeature>()?.KeepOutputOpen();
        headers.Connection = HeaderNames.Upgrade;
        headers.Upgrade = WebSocket;
        headers.SecWebSocketAccept = AcceptKey(context.Request.Headers.SecWebSocketKey.ToString().Trim());
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    internal static string AcceptKey(string key)
    {
        // SHA-1 is the handshake's own choice: it proves that the server read the key, and guards no secret.
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    private static IHttpExtendedConnectFeature? ExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect ? connect : null;

    private static bool IsWebSocket(string? protocol) => string.Equals(protocol, WebSocket, StringComparison.OrdinalIgnoreCase);

    private static bool IsMultiplexed(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) || HttpProtocol.IsHttp3(request.Protocol);

    private static HandshakeFailure OtherProtocol(string? protocol) => new(
        StatusCodes.Status400BadRequest, $"The protocol '{protocol}' is not spoken here: ':protocol' must be '{WebSocket}' (RFC 8441).");

    private static bool IsKey(StringValues values) =>
        values is [{ } key] && Base64.IsValid(key.AsSpan().Trim(), out var length) && length == KeyBytes;

    private static bool IsAllowed(StringValues origins, ISet<string> allowed) =>
        origins.Count == 0 || allowed.Contains("*") || (origins is [{ } origin] && allowed.Contains(origin));

    private static bool IsOwn(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<OwnOrigin>() is not null
        && context.Request.Headers.Origin is [{ } origin]
        && string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Tokens(StringValues values) =>
        values.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
