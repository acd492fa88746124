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
        StatusCodes.Status426UpgradeRequired, "This address speaks WebSocket: the request needs 'Connection: Upgrade' and 'Upgrade: websocket'.")
    {
        Headers = new Dictionary<string, string> { [HeaderNames.Upgrade] = WebSocket, [HeaderNames.Connection] = HeaderNames.Upgrade },
    };

    private static readonly HandshakeFailure WrongVersion = new(
        StatusCodes.Status426UpgradeRequired, $"Only WebSocket version {Version} is spoken here.")
    {
        Headers = new Dictionary<string, string> { [HeaderNames.SecWebSocketVersion] = Version, [HeaderNames.Upgrade] = WebSocket },
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
            if (!string.Equals(connect.Protocol, WebSocket, StringComparison.OrdinalIgnoreCase))
            {
                return new HandshakeFailure(StatusCodes.Status501NotImplemented, $"The protocol '{connect.Protocol}' is not spoken here.");
            }
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
            return WrongVersion;
        }

        if (Offered(context).Any(protocol => protocol.Length > NameCheck.MaxLength))
        {
            return LongProtocol;
        }

        return anyOrigin || IsAllowed(request.Headers.Origin, options.AllowedOrigins) || IsOwn(context)
            ? null
            : new HandshakeFailure(StatusCodes.Status403Forbidden, $"The origin '{request.Headers.Origin}' is not allowed to open sockets here.");
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
            throw new InvalidOperationException($"The client did not offer the subprotocol '{protocol}', so it cannot be chosen (RFC 6455 section 4.2.2).");
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
