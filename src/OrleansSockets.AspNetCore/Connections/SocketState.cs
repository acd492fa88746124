using System.Net.Sockets;

namespace OrleansSockets.AspNetCore.Connections;

/// <summary>What the system knows of a TCP connection, also behind bytes that nobody has read.</summary>
/// <param name="socket">The connection; null if it is none of TCP, of which nothing is known.</param>
internal readonly struct SocketState(Socket? socket)
{
    // Linux: struct tcp_info of getsockopt(IPPROTO_TCP, TCP_INFO) begins with the state.
    private const int ProtocolTcp = 6;
    private const int TcpInfo = 11;
    private const byte TcpClose = 7;
    private const byte TcpCloseWait = 8;

    /// <summary>The client has reset it, or it was closed here. Not on Linux, a reset that a read has met does not show.</summary>
    public bool IsReset => Ask(
        static socket => OperatingSystem.IsLinux() ? StateOf(socket) == TcpClose : socket.Poll(0, SelectMode.SelectError),
        ofDisposed: true);

    /// <summary>Bytes have arrived that this process has not read, or the end of the client's direction behind those that it has.</summary>
    public bool HasUnread => Ask(
        static socket => socket.Available > 0 || (OperatingSystem.IsLinux() && StateOf(socket) == TcpCloseWait),
        ofDisposed: false);

    private static byte StateOf(Socket socket)
    {
        Span<byte> state = stackalloc byte[1];
        return socket.GetRawSocketOption(ProtocolTcp, TcpInfo, state) == 1 ? state[0] : default;
    }

    private bool Ask(Func<Socket, bool> question, bool ofDisposed)
    {
        try
        {
            return socket is not null && question(socket);
        }
        catch (ObjectDisposedException)
        {
            return ofDisposed;
        }
        catch (SocketException)
        {
            // A socket that is none of TCP has no such state.
            return false;
        }
    }
}
