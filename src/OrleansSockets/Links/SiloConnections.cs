using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace OrleansSockets.Links;

/// <summary>
/// The live connections between this silo and others. Orleans never gives up a connection whose bytes are not acknowledged: after a cut it
/// is TCP that tries again, ever more rarely. Here such a connection can be ended, so that Orleans opens a new one with the next message.
/// </summary>
internal sealed class SiloConnections(TimeProvider clock)
{
    private const string OrleansConnection = "Orleans.Runtime.Messaging.Connection";

    private readonly ConcurrentDictionary<ConnectionContext, long> _live = new();

    /// <summary>Middleware of both directions.</summary>
    public ConnectionDelegate Track(ConnectionDelegate next) => async context =>
    {
        _live[context] = clock.GetTimestamp();
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            _live.TryRemove(context, out _);
        }
    };

    /// <summary>Ends the connections with a silo over which nothing has come for so long, whichever side opened them.</summary>
    /// <returns>How many.</returns>
    public int Reset(SiloAddress silo, TimeSpan silence)
    {
        var ended = 0;
        foreach (var (context, began) in _live)
        {
            var connection = ConnectionOf(context);
            if (IsWith(silo, context, connection) && (Silence(connection) ?? clock.GetElapsedTime(began)) >= silence)
            {
                context.Abort(new ConnectionAbortedException($"Nothing has come from silo {silo} for {silence} or longer."));
                ended++;
            }
        }

        return ended;
    }

    /// <summary>The silos with which there are connections, one entry for each.</summary>
    public IReadOnlyList<SiloAddress> Peers => [.. _live.Keys.Select(context => PeerOf(ConnectionOf(context))).OfType<SiloAddress>()];

    // Who is at the other end of a connection that was opened there, and when something came last, Orleans knows and tells nobody; a test
    // says so if that changes. Then only the connections that were opened here are still found.
    private static object? ConnectionOf(ConnectionContext context)
    {
        foreach (var (type, feature) in context.Features)
        {
            if (type.FullName == OrleansConnection)
            {
                return feature;
            }
        }

        return null;
    }

    private static bool IsWith(SiloAddress silo, ConnectionContext context, object? connection) =>
        PeerOf(connection) is { } peer ? peer.Equals(silo) : silo.Endpoint.Equals(context.RemoteEndPoint);

    private static SiloAddress? PeerOf(object? connection) => Read(connection, "RemoteSiloAddress") as SiloAddress;

    private static TimeSpan? Silence(object? connection) => Read(connection, "ElapsedSinceLastMessageReceived") as TimeSpan?;

    private static object? Read(object? connection, string property) => connection?.GetType().GetProperty(property)?.GetValue(connection);
}
