using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// A connection of HTTP/2 without TLS (RFC 9113, prior knowledge) that shows and sends frames as they are. It does on its own only what
/// keeps a connection going: it acknowledges settings and pings, and gives window back.
/// </summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte RstStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;

    public const int Cancel = 8;

    /// <summary>SETTINGS_ENABLE_CONNECT_PROTOCOL of RFC 8441.</summary>
    public const int EnableConnectProtocol = 8;

    private const int HeaderTableSize = 1;
    private const int InitialWindowSize = 4;
    private const int FrameHeader = 9;
    private const int MaxFrame = 16 * 1024;
    private const int FirstWindow = 65_535;

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ConcurrentDictionary<int, Http2Stream> _streams = new();
    private readonly ConcurrentDictionary<int, int> _settings = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _windows = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _goAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _widened = NewSignal();
    private Task _reading = Task.CompletedTask;
    private int _window = FirstWindow;
    private int _lastId = -1;

    private Http2Connection()
    {
    }

    public Socket Socket => _socket;

    /// <summary>The error code of the server's first GOAWAY.</summary>
    public Task<int> WentAway => _goAway.Task;

    /// <summary>Ends when the server has ended the connection.</summary>
    public Task Ended => _reading;

    /// <summary>Connects and exchanges settings.</summary>
    /// <param name="server">Speaks HTTP/2 without being asked.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="window">What the server may send on each stream before it gets window back.</param>
    public static async Task<Http2Connection> ConnectAsync(EndPoint server, CancellationToken cancellation, int window = FirstWindow)
    {
        var connection = new Http2Connection();
        try
        {
            await connection._socket.ConnectAsync(server, cancellation);
            await connection.SendAsync(Preface);
            await connection.WriteAsync(Settings, 0, 0, [0, HeaderTableSize, 0, 0, 0, 0, 0, InitialWindowSize, .. Number(window)]);
            // One stalled stream shall not stall the others.
            await connection.WriteAsync(WindowUpdate, 0, 0, Number(int.MaxValue - FirstWindow));
            connection._reading = connection.ReadAsync();
            await connection._settled.Task.WaitAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A setting of the server, or null.</summary>
    public int? Setting(int id) => _settings.TryGetValue(id, out var value) ? value : null;

    /// <summary>A request that may become a WebSocket: RFC 8441 section 4.</summary>
    public Task<Http2Stream> OpenWebSocketAsync(string authority, string path, params (string Name, string Value)[] headers) => OpenAsync(
        [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", path), (":authority", authority), (
                "sec-websocket-version", "13"),
            .. headers,
        ]);

    public async Task<Http2Stream> OpenAsync(IEnumerable<(string Name, string Value)> headers, bool ends = false)
    {
        await _writing.WaitAsync();
        try
        {
            var id = _lastId += 2;
            var stream = _streams[id] = new Http2Stream(this, id, Setting(InitialWindowSize) ?? FirstWindow);
            await SendAsync(Frame(Headers, (byte)(EndHeaders | (ends ? EndStream : 0)), id, Hpack.Write(headers)));
            return stream;
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task WriteDataAsync(Http2Stream stream, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int room;
            Task widened;
            lock (_windows)
            {
                room = Math.Min(Math.Min(bytes.Length, MaxFrame), Math.Min(_window, stream.Window));
                if (room > 0)
                {
                    _window -= room;
                    stream.Window -= room;
                }

                widened = _widened.Task;
            }

            if (room > 0)
            {
                await WriteAsync(Data, 0, stream.Id, bytes[..room].ToArray());
                bytes = bytes[room..];
            }
            else
            {
                await widened;
            }
        }
    }

    public async Task GiveWindowAsync(int id, int count) => await WriteAsync(WindowUpdate, 0, id, Number(count));

    /// <summary>Writes a frame as it is.</summary>
    public async Task WriteAsync(byte type, byte flags, int stream, byte[] payload)
    {
        await _writing.WaitAsync();
        try
        {
            await SendAsync(Frame(type, flags, stream, payload));
        }
        finally
        {
            _writing.Release();
        }
    }

    public static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, FrameHeader);
        return frame;
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
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The reading side sees the same end of the connection, and tells the streams.
        }
    }

    private async Task ReadAsync()
    {
        var header = new byte[FrameHeader];
        var block = new List<byte>();
        try
        {
            while (await FillAsync(header))
            {
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
                if (!await FillAsync(payload))
                {
                    break;
                }

                await TakeAsync(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload, block);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Ended, by either side.
        }

        _goAway.TrySetException(new IOException("The connection ended without GOAWAY."));
        _ = _goAway.Task.Exception;
        _settled.TrySetException(new IOException("The server ended the connection before its settings."));
        foreach (var stream in _streams.Values)
        {
            stream.TakeReset(null);
        }

        lock (_windows)
        {
            // Nobody waits for room any more.
            _window = int.MaxValue;
            foreach (var stream in _streams.Values)
            {
                stream.Window = int.MaxValue;
            }

            _widened.TrySetResult();
        }
    }

    private async Task TakeAsync(byte type, byte flags, int id, byte[] payload, List<byte> block)
    {
        var stream = _streams.GetValueOrDefault(id);
        switch (type)
        {
            case Data:
                stream?.TakeData(payload);
                break;
            case Headers or Continuation:
                block.AddRange(payload);
                if ((flags & EndHeaders) != 0)
                {
                    var headers = Hpack.Read([.. block]);
                    block.Clear();
                    stream?.TakeHead(
                        headers.GroupBy(header => header.Name).ToDictionary(
                            group => group.Key, group => string.Join(", ", group.Select(h => h.Value))));
                }

                break;
            case RstStream:
                Widen(id, int.MaxValue);
                stream?.TakeReset(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case Settings when (flags & Ack) == 0:
                TakeSettings(payload);
                await WriteAsync(Settings, Ack, 0, []);
                _settled.TrySetResult();
                break;
            case Ping when (flags & Ack) == 0:
                await WriteAsync(Ping, Ack, 0, payload);
                break;
            case GoAway:
                _goAway.TrySetResult(BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4)));
                break;
            case WindowUpdate:
                Widen(id, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
        }

        if (type is Data or Headers && (flags & EndStream) != 0)
        {
            stream?.TakeEnd();
        }
    }

    private void TakeSettings(ReadOnlySpan<byte> payload)
    {
        for (; payload.Length >= 6; payload = payload[6..])
        {
            var (id, value) = (BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadInt32BigEndian(payload[2..]));
            _settings[id] = value;
        }
    }

    private void Widen(int id, int count)
    {
        lock (_windows)
        {
            if (id == 0)
            {
                _window += count;
            }
            else if (_streams.TryGetValue(id, out var stream))
            {
                stream.Window = (int)Math.Min(int.MaxValue, (long)stream.Window + count);
            }

            _widened.TrySetResult();
            _widened = NewSignal();
        }
    }

    private async Task<bool> FillAsync(Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = await _socket.ReceiveAsync(buffer);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
