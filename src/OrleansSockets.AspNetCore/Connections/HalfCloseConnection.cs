using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace OrleansSockets.AspNetCore.Connections;

/// <summary>
/// Stands between a connection and the HTTP server. The server aborts its output as soon as <see cref="BaseConnectionContext.ConnectionClosed"/> fires, and the
/// transport fires it at the client's FIN. An upgraded socket must not lose its answer that way, so its token no longer follows the transport's.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Without a timer or a wait handle a token source holds nothing to dispose of; the connection's token outlives all who could.")]
internal sealed class HalfCloseConnection : IHalfCloseFeature
{
    private readonly CancellationTokenSource _closed = new();
    private volatile bool _keepsOutputOpen;

    private HalfCloseConnection()
    {
    }

    public static void Attach(ConnectionContext connection)
    {
        var halfClose = new HalfCloseConnection();
        connection.ConnectionClosed.UnsafeRegister(static state => ((HalfCloseConnection)state!).TransportClosed(), halfClose);
        connection.ConnectionClosed = halfClose._closed.Token;
        connection.Features.Set<IHalfCloseFeature>(halfClose);
    }

    // Nothing fires the token later: after an upgrade the connection ends with its request.
    public void KeepOutputOpen() => _keepsOutputOpen = true;

    private void TransportClosed()
    {
        if (!_keepsOutputOpen)
        {
            _closed.Cancel();
        }
    }
}
