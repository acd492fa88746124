using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests;

/// <summary>A client that sees frames as they are, and can do to TCP what no WebSocket library does.</summary>
internal class RawClient : IDisposable
{
    /// <summary>A test that waits longer has lost something.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const uint MaskKey = 0x3D21FA37;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Socket Socket => _socket;

    /// <summary>Connects and sends an upgrade; the response's head is returned.</summary>
    public async Task<string> UpgradeAsync(EndPoint server, string path = "/", string extra = "")
    {
        await ConnectAsync(server);
        return await RequestAsync(
            $"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n");
    }

    public Task ConnectAsync(EndPoint server) => _socket.ConnectAsync(server, Token).AsTask();

    /// <summary>Sends a request and reads the head of the response; a body is left unread.</summary>
    public async Task<string> RequestAsync(string request)
    {
        await SendBytesAsync(Encoding.ASCII.GetBytes(request));
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            Assert.True(await FillAsync(), "the connection ended before the response's head");
        }

        var head = Encoding.ASCII.GetString(_buffer, _start, length);
        _start += length + 4;
        return head;
    }

    public Task SendTextAsync(string text) => SendAsync(Opcode.Text, Encoding.UTF8.GetBytes(text));

    public Task SendAsync(Opcode opcode, byte[] payload, bool fin = true) => SendBytesAsync(Frame(opcode, payload, fin));

    public Task SendCloseAsync(int? code = null, string reason = "") => SendBytesAsync(Close(code, reason));

    public virtual async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, Token)..];
        }
    }

    /// <summary>Sends messages until nobody takes any more, and on to the middle of one. The bytes that went.</summary>
    public async Task<long> StallAsync()
    {
        _socket.SendBufferSize = 64 * 1024;
        var chunk = Frame(Opcode.Binary, new byte[64 * 1024]);
        for (long sent = 0; ; sent += chunk.Length)
        {
            using var stalled = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            try
            {
                await _socket.SendAsync(chunk, stalled.Token);
            }
            catch (OperationCanceledException)
            {
                return sent;
            }
        }
    }

    public virtual void SendFin() => _socket.Shutdown(SocketShutdown.Send);

    public virtual void Reset() => _socket.Close(0);

    /// <summary>The next frame as "text abc", "close 1000 reason", "pong 00FF"; "fin" or "reset" at the end of the connection.</summary>
    public async Task<string> ReadAsync()
    {
        FrameHeader header;
        while (!FrameHeader.TryRead(_buffer.AsSpan(_start, _end - _start), out header))
        {
            try
            {
                if (!await FillAsync())
                {
                    return _start == _end ? "fin" : "fin inside a frame";
                }
            }
            catch (SocketException)
            {
                return "reset";
            }
        }

        Assert.False(header.Masked);
        Assert.False(header.Rsv1 || header.Rsv2Or3);
        var payload = new byte[header.PayloadLength];
        _start += header.Length;
        for (var read = 0; read < payload.Length;)
        {
            if (_start == _end && !await FillAsync())
            {
                return "fin inside a frame";
            }

            var count = Math.Min(payload.Length - read, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(payload.AsSpan(read));
            _start += count;
            read += count;
        }

        return header.Opcode switch
        {
            Opcode.Text => $"text {(payload.Length > 100 ? payload.Length : Encoding.UTF8.GetString(payload))}",
            Opcode.Binary => $"binary {(payload.Length > 100 ? payload.Length : Convert.ToHexString(payload))}",
            Opcode.Close when payload.Length == 0 => "close",
            Opcode.Close => $"close {BinaryPrimitives.ReadUInt16BigEndian(payload)} {Encoding.UTF8.GetString(payload.AsSpan(2))}",
            _ => $"{header.Opcode.ToString().ToLowerInvariant()} {Convert.ToHexString(payload)}",
        };
    }

    public static byte[] Frame(Opcode opcode, byte[] payload, bool fin = true)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameEncoder.Write(output, opcode, payload, MaskKey, fin);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Close(int? code, string reason = "")
    {
        var output = new ArrayBufferWriter<byte>();
        FrameEncoder.WriteClose(output, code, reason, MaskKey);
        return output.WrittenSpan.ToArray();
    }

    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        _socket.Dispose();
    }

    protected virtual ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, Token);

    private async Task<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = await ReceiveAsync(_buffer.AsMemory(_end)).AsTask().WaitAsync(Patience, TimeProvider.System, Token);
        _end += count;
        return count > 0;
    }
}
