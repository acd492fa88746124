using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace OrleansSockets.AspNetCore.Connections;

/// <summary>
/// Stands between a connection and the HTTP server. The server aborts its output as soon as
/// <see cref="BaseConnectionContext.ConnectionClosed"/> fires, and the transport fires it at the client's FIN. An upgraded socket must not
/// lose its answer that way, so its token no longer follows the transport's.
/// </summary>
[SuppressMessage("Reliability", "CA1001",
    Justification =
        "Without a timer or a wait handle a token source holds nothing to dispose of; the connection's token outlives all who could.")]
internal sealed class HalfCloseConnection : IHalfCloseFeature, IConnectionWatch
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly SocketState _socket;
    private Serving _serving;
    private bool _hasEnded;
    private Action? _changed;

    private HalfCloseConnection(SocketState socket) => _socket = socket;

    private enum Serving : byte
    {
        /// <summary>No request so far. An end of the connection shows to the server where it reads.</summary>
        Nothing,

        Request,

        Handshake,

        Socket,
    }

    public bool IsLost => _socket.IsReset;

    public bool HidesEnd => !HasEnded && _socket.HasUnread;

    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _hasEnded;
            }
        }
    }

    public static void Attach(ConnectionContext connection)
    {
        var halfClose = new HalfCloseConnection(new SocketState(connection.Features.Get<IConnectionSocketFeature>()?.Socket));
        connection.ConnectionClosed.UnsafeRegister(static state => ((HalfCloseConnection)state!).TransportClosed(), halfClose);
        connection.ConnectionClosed = halfClose._closed.Token;
        connection.Features.Set<IHalfCloseFeature>(halfClose);
    }

    public void BeginRequest(bool mayBecomeSocket)
    {
        bool aborts;
        lock (_gate)
        {
            _serving = mayBecomeSocket ? Serving.Handshake : Serving.Request;
            aborts = _hasEnded && (!mayBecomeSocket || IsLost);
        }

        if (aborts)
        {
            _closed.Cancel();
        }
    }

    // Nothing fires the token later: after an upgrade the connection ends with its request.
    public void KeepOutputOpen()
    {
        lock (_gate)
        {
            _serving = Serving.Socket;
        }
    }

    public void Watch(Action changed)
    {
        bool ended;
        lock (_gate)
        {
            _changed = changed;
            ended = _hasEnded;
        }

        if (ended)
        {
            changed();
        }
    }

    private void TransportClosed()
    {
        Action? changed;
        bool aborts;
        lock (_gate)
        {
            // The transport has read to the end, or failed to.
            _hasEnded = true;
            changed = _changed;
            aborts = _serving switch
            {
                Serving.Socket => false,
                Serving.Request => true,
                _ => IsLost,
            };
        }

        if (aborts)
        {
            _closed.Cancel();
        }

        changed?.Invoke();
    }
}
