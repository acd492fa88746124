using System.Globalization;
using System.Net;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// A stream of HTTP/2 after an extended CONNECT, on a connection of its own: END_STREAM is its FIN, RST_STREAM with CANCEL its reset (RFC
/// 8441 section 5).
/// </summary>
internal sealed class Http2Transport : IClientTransport
{
    private const int Accepted = 200;

    private readonly CancellationTokenSource _reset = new();
    private Http2Connection? _connection;
    private Http2Stream? _stream;

    public bool IsIdle => _stream is not { IsIdle: false } && _connection is not { Socket: { Connected: true, Available: > 0 } };

    public async Task<int> ConnectAsync(IPEndPoint server, string path, CancellationToken cancellation)
    {
        _connection = await Http2Connection.ConnectAsync(server, cancellation);
        _stream = await _connection.OpenWebSocketAsync(server.ToString(), path);
        var head = await _stream.Head.WaitAsync(cancellation);
        var status = int.Parse(head[":status"], CultureInfo.InvariantCulture);

        // To a CONNECT 200 says what 101 says to an upgrade.
        return status == Accepted ? (int)HttpStatusCode.SwitchingProtocols : status;
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            return await _stream!.ReceiveAsync(buffer, _reset.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(Http2Transport));
        }
    }

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream!.WriteAsync(bytes);

    public void Fin() => _ = _stream!.EndAsync();

    public void Reset()
    {
        _ = _stream!.ResetAsync();
        _reset.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        _reset.Cancel();
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }
}
