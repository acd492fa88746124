using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>
/// A client that comes back whenever its socket has ended, to the next node that lets it in, and says its name again and again. It sees TCP
/// as it is: a reset after a Close is one that a library would hide.
/// </summary>
internal sealed class ReturningClient(string name, Func<int, Uri> address, int first)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Refrain = TimeSpan.FromMilliseconds(250);

    private readonly byte[] _buffer = new byte[8 * 1024];
    private long _heard;

    /// <summary>How often the connection was reset behind a Close of the server.</summary>
    public int ResetsAfterClose { get; private set; }

    /// <summary>How often it ended without a Close.</summary>
    public int Drops { get; private set; }

    public int Connects { get; private set; }

    /// <summary>When somebody else was heard last, as a timestamp.</summary>
    public long Heard => Volatile.Read(ref _heard);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var node = first; !stop.IsCancellationRequested; node++)
        {
            try
            {
                await VisitAsync(address(node), stop);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Not there, or not for now.
            }

            await Task.Delay(Pause, TimeProvider.System, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task VisitAsync(Uri at, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, at.Port, stop);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"GET {at.PathAndQuery} HTTP/1.1\r\nHost: {at.Authority}\r\nConnection: Upgrade\r\nUpgrade: "
                    + $"websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            stop);
        var end = 0;
        int head;
        while ((head = _buffer.AsSpan(0, end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = await socket.ReceiveAsync(_buffer.AsMemory(end), stop);
            if (count == 0)
            {
                return;
            }

            end += count;
        }

        if (!_buffer.AsSpan(9, 3).SequenceEqual("101"u8))
        {
            return;
        }

        Connects++;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var saying = SayAsync(socket, over.Token);
        _buffer.AsSpan(head + 4, end - head - 4).CopyTo(_buffer);
        await ListenAsync(socket, end - head - 4, HushAsync, stop);
        await HushAsync();

        async Task HushAsync()
        {
            await over.CancelAsync();
            await saying;
        }
    }

    private async Task SayAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await socket.SendAsync(Frame(1, Encoding.UTF8.GetBytes(name)), stop);
                await Task.Delay(Refrain, TimeProvider.System, stop);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The listener tells how it ended.
        }
    }

    private async Task ListenAsync(Socket socket, int end, Func<Task> hush, CancellationToken stop)
    {
        var closed = false;
        try
        {
            while (true)
            {
                while (end >= 2 && end >= 2 + _buffer[1])
                {
                    var (opcode, length) = (_buffer[0] & 15, _buffer[1]);
                    var payload = _buffer.AsMemory(2, length);
                    switch (opcode)
                    {
                        case 1 when !payload.Span.SequenceEqual(Encoding.UTF8.GetBytes(name)):
                            Volatile.Write(ref _heard, TimeProvider.System.GetTimestamp());
                            break;
                        case 8:
                            closed = true;

                            // Nothing may follow its own Close: what the server reads no more would make it reset the connection.
                            await hush();
                            await socket.SendAsync(Frame(8, payload.Span[..Math.Min(2, (int)length)].ToArray()), stop);
                            break;
                        case 9:
                            await socket.SendAsync(Frame(10, payload.ToArray()), stop);
                            break;
                    }

                    _buffer.AsSpan(2 + length, end - 2 - length).CopyTo(_buffer);
                    end -= 2 + length;
                }

                var count = await socket.ReceiveAsync(_buffer.AsMemory(end), stop);
                if (count == 0)
                {
                    Drops += closed ? 0 : 1;
                    return;
                }

                end += count;
            }
        }
        catch (SocketException)
        {
            ResetsAfterClose += closed ? 1 : 0;
            Drops += closed ? 0 : 1;
        }
    }

    // Of less than 126 bytes; masked with zeros, which is no mask in effect.
    private static byte[] Frame(int opcode, byte[] payload)
    {
        var frame = new byte[6 + payload.Length];
        frame[0] = (byte)(0x80 | opcode);
        frame[1] = (byte)(0x80 | payload.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(2), 0);
        payload.CopyTo(frame, 6);
        return frame;
    }
}
