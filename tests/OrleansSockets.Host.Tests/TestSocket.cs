using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Host.Tests;

/// <summary>A client that speaks text.</summary>
internal sealed class TestSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public static async Task<TestSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new TestSocket();
        await socket._socket.ConnectAsync(address, cancellationToken);
        return socket;
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>The next message, or null for a Close.</summary>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var result = await _socket.ReceiveAsync(_buffer, cancellationToken);
        return result.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(_buffer, 0, result.Count);
    }

    /// <summary>Sends a Close and waits for the answer.</summary>
    public Task CloseAsync(int code, string reason, CancellationToken cancellationToken) =>
        _socket.CloseAsync((WebSocketCloseStatus)code, reason, cancellationToken);

    public void Dispose() => _socket.Dispose();
}
