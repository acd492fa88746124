using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// A WebSocket client on a bare TCP socket. It records every frame as it is, and does nothing on its own, except that it
/// answers the first Close frame if it was told to.
/// </summary>
internal sealed class RawClient(Action<JsonObject> record, bool autoReply) : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly FrameReader _frames = new();
    private readonly TaskCompletionSource _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private bool _upgraded;
    private bool _closeSent;
    private bool _finSent;
    private volatile bool _gone;
    private volatile bool _endedByUs;

    /// <summary>What the client knows of its connection at the end: <c>open</c>, <c>ended</c> (by the server) or <c>reset-by-us</c>.</summary>
    public string State => _endedByUs ? "reset-by-us" : _gone ? "ended" : "open";

    /// <summary>Bytes that have arrived and are not looked at yet.</summary>
    public bool IsIdle => _gone || _endedByUs || _socket.Available == 0;

    /// <summary>Connects and asks for an upgrade; ends when the head of the answer has arrived.</summary>
    public async Task ConnectAsync(IPEndPoint server, string path, CancellationToken cancellation)
    {
        await _socket.ConnectAsync(server, cancellation);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = $"GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await SendAsync(Encoding.ASCII.GetBytes(request));
        _reading = ReadAsync();
        await _head.Task.WaitAsync(cancellation);
    }

    public Task WriteAsync(IReadOnlyList<FrameSpec> frames)
    {
        _closeSent |= frames.Any(frame => frame.Opcode == FrameSpec.CloseFrame);
        return WriteAsync(FrameWriter.Write(frames));
    }

    /// <summary>Writes bytes as they are; nothing happens if this side has ended.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _finSent || _endedByUs ? Task.CompletedTask : SendAsync(bytes);

    /// <summary>Ends this side of TCP; what the server sends is still read.</summary>
    public void Fin()
    {
        if (!_finSent && !_endedByUs)
        {
            _finSent = true;
            Try(() => _socket.Shutdown(SocketShutdown.Send));
        }
    }

    public void Reset()
    {
        _endedByUs = true;
        Try(() => _socket.LingerState = new LingerOption(enable: true, seconds: 0));
        _socket.Close();
        record(new JsonObject { ["k"] = "tcp", ["how"] = "reset-by-us" });
    }

    public async ValueTask DisposeAsync()
    {
        _endedByUs = true;
        _socket.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            var buffer = new byte[16 * 1024];
            await ReadHeadAsync(buffer);
            while (await _socket.ReceiveAsync(buffer) is var count and > 0)
            {
                if (_upgraded)
                {
                    await TakeAsync(buffer.AsMemory(0, count));
                }
            }

            End("fin");
        }
        catch (SocketException)
        {
            End("reset");
        }
        catch (ObjectDisposedException) when (_endedByUs)
        {
            // Our own end of the connection is nothing that the server did.
        }

        _head.TrySetException(new IOException("The server ended the connection before it answered."));
    }

    // Reads up to the blank line; bytes behind it are frames already.
    private async Task ReadHeadAsync(byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(buffer.AsMemory(length));
            if (count == 0)
            {
                return;
            }

            length += count;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var status = int.Parse(Encoding.ASCII.GetString(buffer, 0, end).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
                record(new JsonObject { ["k"] = "http", ["status"] = status });
                _upgraded = status == (int)HttpStatusCode.SwitchingProtocols;
                _head.SetResult();
                if (_upgraded)
                {
                    await TakeAsync(buffer.AsMemory(end + 4, length - end - 4));
                }

                return;
            }
        }
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        _frames.Append(bytes.Span);
        while (_frames.TryRead(out var frame))
        {
            record(frame.Entry());
            if (frame.Opcode == FrameSpec.CloseFrame && autoReply && !_closeSent)
            {
                await WriteAsync([new FrameSpec(FrameSpec.CloseFrame, frame.Payload)]);
            }
        }
    }

    private void End(string how)
    {
        if (_gone || _endedByUs)
        {
            return;
        }

        if (_frames.Pending > 0)
        {
            record(new JsonObject { ["k"] = "partial", ["bytes"] = _frames.Pending });
        }

        _gone = true;
        record(new JsonObject { ["k"] = "tcp", ["how"] = how });
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes)..];
            }
        }
        catch (SocketException)
        {
            // The reading side sees the same end of the connection and records it.
        }
        catch (ObjectDisposedException) when (_endedByUs)
        {
        }
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
