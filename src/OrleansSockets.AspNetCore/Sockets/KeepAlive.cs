using OrleansSockets.AspNetCore.Connections;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>When a silent client gets a Ping, and when it counts as gone. A struct, so that it costs a socket no object.</summary>
internal struct KeepAlive
{
    private long _pingAt;
    private long _probedAt;

    /// <summary>Looks at the time; true: a Ping was not answered within the limit.</summary>
    public bool IsOver(
        SocketReceiver receiver, SocketSender sender, IConnectionWatch? connection, SocketSettings settings, TimeProvider clock)
    {
        var (interval, limit) = (settings.KeepAliveInterval, settings.KeepAliveTimeout);
        if (interval <= TimeSpan.Zero || receiver.SilentFor < interval)
        {
            (_pingAt, _probedAt) = (0, 0);
        }
        else if (receiver.IsPaused)
        {
            _pingAt = 0;
            Probe(sender, connection, interval, clock);
        }
        else if (_pingAt == 0)
        {
            _pingAt = clock.GetTimestamp();
            sender.Ping();
        }
        else
        {
            return limit > TimeSpan.Zero && clock.GetElapsedTime(_pingAt) >= limit;
        }

        return false;
    }

    // While reading is paused the answer would not be read, so nobody waits for it. But a client that is gone for good answers with a
    // reset, and that is seen. Where an end of the connection shows by itself, no Ping is needed.
    private void Probe(SocketSender sender, IConnectionWatch? connection, TimeSpan interval, TimeProvider clock)
    {
        if (connection is { HidesEnd: false })
        {
            return;
        }

        if (_probedAt == 0 || clock.GetElapsedTime(_probedAt) >= interval)
        {
            _probedAt = clock.GetTimestamp();
            sender.Ping();
        }
    }
}
