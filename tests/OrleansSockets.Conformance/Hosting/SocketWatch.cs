using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>Knows the client sockets of a node, and whether bytes of them wait to be read.</summary>
internal sealed class SocketWatch(TimeProvider time)
{
    /// <summary>Bytes that stay unread for longer are not on their way: whoever should read them has paused.</summary>
    private static readonly TimeSpan Paused = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Socket, (int Unread, long Since)> _sockets = new();

    public bool IsIdle
    {
        get
        {
            var idle = true;
            foreach (var (socket, (unread, since)) in _sockets)
            {
                var now = Unread(socket);
                if (now != unread)
                {
                    _sockets.TryUpdate(socket, (now, time.GetTimestamp()), (unread, since));
                }

                idle &= now == 0 || (now == unread && time.GetElapsedTime(since) > Paused);
            }

            return idle;
        }
    }

    public void Watch(ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        _sockets[socket] = (0, time.GetTimestamp());
        try
        {
            await next(connection);
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    });

    private static int Unread(Socket socket)
    {
        try
        {
            return socket.Available;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
