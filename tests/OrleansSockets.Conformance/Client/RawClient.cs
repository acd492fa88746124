using System.Net;
using System.Net.Sockets;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// A WebSocket client on bare bytes. It records every frame as it is, and does nothing on its own, except that it
/// answers the first Close frame if it was told to.
/// </summary>
internal sealed class RawClient(IClientTransport transport, Action<JsonObject> record, bool autoReply) : IAsyncDisposable
{
    private readonly FrameReader _frames = new();
    private Task _reading = Task.CompletedTask;
    private bool _closeSent;
    private bool _finSent;
    private volatile bool _gone;
    private volatile bool _endedByUs;

    /// <summary>
    /// What the client knows of its connection at the end: <c>open</c>, <c>ended</c> (by the server) or <c>reset-by-us</c>.
    /// </summary>
    public string State => _endedByUs ? "reset-by-us" : _gone ? "ended" : "open";

    /// <summary>No byte has arrived that is not looked at yet.</summary>
    public bool IsIdle => _gone || _endedByUs || transport.IsIdle;

    /// <summary>Connects and asks for a WebSocket; ends when the head of the answer has arrived.</summary>
    public async Task ConnectAsync(IPEndPoint server, string path, CancellationToken cancellation)
    {
        var status = await transport.ConnectAsync(server, path, cancellation);
        record(new JsonObject { ["k"] = "http", ["status"] = status });
        _reading = ReadAsync(status == (int)HttpStatusCode.SwitchingProtocols);
    }

    public Task WriteAsync(IReadOnlyList<FrameSpec> frames)
    {
        _closeSent |= frames.Any(frame => frame.Opcode == FrameSpec.CloseFrame);
        return WriteAsync(FrameWriter.Write(frames));
    }

    /// <summary>Writes bytes as they are; nothing happens if this side has ended.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _finSent || _endedByUs ? Task.CompletedTask : transport.SendAsync(bytes);

    /// <summary>Ends this side; what the server sends is still read.</summary>
    public void Fin()
    {
        if (!_finSent && !_endedByUs)
        {
            _finSent = true;
            transport.Fin();
        }
    }

    public void Reset()
    {
        _endedByUs = true;
        transport.Reset();
        record(new JsonObject { ["k"] = "tcp", ["how"] = "reset-by-us" });
    }

    public async ValueTask DisposeAsync()
    {
        _endedByUs = true;
        await transport.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync(bool upgraded)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await transport.ReceiveAsync(buffer) is var count and > 0)
            {
                if (upgraded)
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
}
