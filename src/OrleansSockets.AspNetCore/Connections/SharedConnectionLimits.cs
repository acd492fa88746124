using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace OrleansSockets.AspNetCore.Connections;

/// <summary>
/// Kestrel's limits for connections of HTTP/2 are made for requests, which end soon. Sockets share such a connection for hours, and one
/// that is slow may not cost the others anything: it is the edge's own limits that end it, alone.
/// </summary>
internal sealed class SharedConnectionLimits(IOptions<EdgeOptions> edge) : IPostConfigureOptions<KestrelServerOptions>
{
    /// <summary>
    /// Kestrel looks once a second, and so does the edge, at least: with this much in between, it is always the edge that acts.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public void PostConfigure(string? name, KestrelServerOptions options)
    {
        var limits = options.Limits;

        // A socket that is not read, because its peer is slow, keeps its stream's window out of that of the connection.
        // There has to be enough for all.
        var streams = (long)limits.Http2.MaxStreamsPerConnection + 1;
        limits.Http2.InitialConnectionWindowSize = (int)Math.Min(
            int.MaxValue, Math.Max(limits.Http2.InitialConnectionWindowSize, streams * limits.Http2.InitialStreamWindowSize));

        // Kestrel ends a whole connection when a client leaves one stream unread for longer than the grace period.
        if (limits.MinResponseDataRate is { } rate)
        {
            limits.MinResponseDataRate = LongestStall(edge.Value) is not { } stall ? null
                : stall + Margin > rate.GracePeriod ? new MinDataRate(rate.BytesPerSecond, stall + Margin)
                : rate;
        }
    }

    // Null: as long as the client likes.
    private static TimeSpan? LongestStall(EdgeOptions edge)
    {
        if (edge.SendTimeout <= TimeSpan.Zero || edge.KeepAliveInterval <= TimeSpan.Zero || edge.KeepAliveTimeout <= TimeSpan.Zero)
        {
            return null;
        }

        // What Kestrel buffers does not make a write wait; then it is the missing answer to a Ping that tells.
        var unanswered = edge.KeepAliveInterval + edge.KeepAliveTimeout;
        return edge.SendTimeout > unanswered ? edge.SendTimeout : unanswered;
    }
}
