using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSockets.Conformance.Client;

/// <summary>A bare TCP socket after an upgrade of HTTP/1.1.</summary>
internal sealed class TcpTransport : IClientTransport
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private ReadOnlyMemory<byte> _behindHead;

    public bool IsIdle => _socket.Available == 0;

    public async Task<int> ConnectAsync(IPEndPoint server, string path, CancellationToken cancellation)
    {
        await _socket.ConnectAsync(server, cancellation);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = $"GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await SendAsync(Encoding.ASCII.GetBytes(request));

        // Up to the blank line; bytes behind it are frames already.
        for (var length = 0; ;)
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (count == 0)
            {
                throw new IOException("The server ended the connection before it answered.");
            }

            length += count;
            var end = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _behindHead = _buffer.AsMemory((end + 4)..length);
                return int.Parse(Encoding.ASCII.GetString(_buffer, 0, end).Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_behindHead.IsEmpty)
        {
            return await _socket.ReceiveAsync(buffer);
        }

        var count = Math.Min(buffer.Length, _behindHead.Length);
        _behindHead[..count].CopyTo(buffer);
        _behindHead = _behindHead[count..];
        return count;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The reading side sees the same end of the connection and records it.
        }
    }

    public void Fin() => Try(() => _socket.Shutdown(SocketShutdown.Send));

    public void Reset()
    {
        Try(() => _socket.LingerState = new LingerOption(enable: true, seconds: 0));
        _socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The connection has ended already.
        }
    }
}
