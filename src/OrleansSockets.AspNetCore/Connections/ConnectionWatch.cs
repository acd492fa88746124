using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Connections;

internal static class ConnectionWatch
{
    /// <summary>Of the connection, or HTTP/2 stream, of a request that becomes a socket; null: nothing shows unless it is read.</summary>
    public static IConnectionWatch? Of(HttpContext context) => HttpProtocol.IsHttp2(context.Request.Protocol)
        ? new StreamWatch(context)
        : context.Features.Get<IHalfCloseFeature>() as IConnectionWatch;
}
