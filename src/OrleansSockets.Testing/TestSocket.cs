using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace OrleansSockets.Testing;

/// <summary>A client's socket to an edge of the cluster. Every wait has a limit, so that a test fails and does not hang.</summary>
public sealed class TestSocket : IDisposable
{
    private readonly ClientWebSocket _socket;

    internal TestSocket(ClientWebSocket socket) => _socket = socket;

    /// <summary>The socket itself, for what is not here.</summary>
    public WebSocket WebSocket => _socket;

    /// <summary>
    /// How long each call may wait; then it throws <see cref="TimeoutException"/> and the connection ends. Default 10 s of real time.
    /// </summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The subprotocol that the server chose, or null.</summary>
    public string? Protocol => _socket.SubProtocol;

    /// <summary>Sends a text message.</summary>
    /// <param name="text">The text.</param>
    public Task SendAsync(string text) =>
        WithinLimitAsync(limit => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit));

    /// <summary>Sends a binary message.</summary>
    /// <param name="bytes">The bytes.</param>
    public Task SendAsync(ReadOnlyMemory<byte> bytes) =>
        WithinLimitAsync(limit => _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, limit).AsTask());

    /// <summary>Waits for the next message and returns it as text.</summary>
    /// <exception cref="InvalidOperationException">A Close came instead, or the connection ended.</exception>
    public async Task<string> ReceiveAsync()
    {
        var (message, close) = await NextAsync();
        return message ?? throw new InvalidOperationException($"No message came, but {close}.");
    }

    /// <summary>Waits for the end of the socket; messages before it are passed over.</summary>
    /// <returns>The server's Close; 1006 and not clean if the connection ended without one.</returns>
    public async Task<CloseEvent> ReceiveCloseAsync()
    {
        while (true)
        {
            if (await NextAsync() is (_, { } close))
            {
                return close;
            }
        }
    }

    /// <summary>Sends a Close and goes on receiving; <see cref="ReceiveCloseAsync"/> waits for the answer.</summary>
    /// <param name="code">1000 to 4999. .NET's client, which this is, cannot send a Close without a code.</param>
    /// <param name="reason">At most 123 bytes of UTF-8.</param>
    public Task CloseAsync(int code = CloseCode.Normal, string? reason = null) =>
        WithinLimitAsync(limit => _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, limit));

    /// <summary>Ends the connection without a Close, as a client does whose network is gone.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>Ends the connection, without a Close if none was sent.</summary>
    public void Dispose() => _socket.Dispose();

    private async Task WithinLimitAsync(Func<CancellationToken, Task> call)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            await call(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Nothing came or went within {Limit}.");
        }
    }

    private async Task<(string? Message, CloseEvent? Close)> NextAsync()
    {
        (string? Message, CloseEvent? Close) next = default;
        await WithinLimitAsync(async limit => next = await NextAsync(limit));
        return next;
    }

    private async Task<(string? Message, CloseEvent? Close)> NextAsync(CancellationToken limit)
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(message.GetMemory(4096), limit);
            }
            catch (WebSocketException)
            {
                return (null, new CloseEvent(CloseCode.Abnormal, "", false));
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                return (null, new CloseEvent((int)_socket.CloseStatus!, _socket.CloseStatusDescription ?? "", true));
            }

            message.Advance(part.Count);
            if (part.EndOfMessage)
            {
                return (Encoding.UTF8.GetString(message.WrittenSpan), null);
            }
        }
    }
}
