using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace OrleansSockets.Conformance.Client;

/// <summary>
/// One stream of an <see cref="Http2Connection"/>: to a server it is what a TCP connection is to a WebSocket over HTTP/1.1.
/// </summary>
internal sealed class Http2Stream(Http2Connection connection, int id, int window)
{
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, string>> _head = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _unread;
    private volatile bool _ended;
    private bool _endSent;

    public int Id => id;

    /// <summary>How many bytes the server takes now; the connection guards it.</summary>
    public int Window { get; set; } = window;

    /// <summary>
    /// Whether what is read gives the server its window back. Without it the stream stalls after 64 KiB, and no other stream does.
    /// </summary>
    public bool GivesWindow { get; set; } = true;

    /// <summary>The headers of the answer.</summary>
    public Task<IReadOnlyDictionary<string, string>> Head => _head.Task;

    /// <summary>
    /// The error code of the server's RST_STREAM; 0 also after END_STREAM, and says that the rest of the request is not wanted.
    /// </summary>
    public int? ResetCode { get; private set; }

    /// <summary>Ends with the server's END_STREAM or RST_STREAM, or with the connection.</summary>
    public Task Over => _over.Task;

    /// <summary>Everything that arrived is read.</summary>
    public bool IsIdle => Volatile.Read(ref _unread) == 0;

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _endSent ? Task.CompletedTask : connection.WriteDataAsync(this, bytes);

    /// <summary>END_STREAM: this side has said its last.</summary>
    public Task EndAsync()
    {
        _endSent = true;
        return connection.WriteAsync(Http2Connection.Data, Http2Connection.EndStream, id, []);
    }

    /// <summary>RST_STREAM, by default with CANCEL, which RFC 8441 has for the reset of TCP.</summary>
    public Task ResetAsync(int code = Http2Connection.Cancel)
    {
        _endSent = true;
        return connection.WriteAsync(Http2Connection.RstStream, 0, id, Http2Connection.Number(code));
    }

    /// <summary>What has arrived; 0: END_STREAM.</summary>
    /// <exception cref="SocketException">The stream was reset, or the connection is gone.</exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = await _received.Reader.ReadAsync(cancellation);
        var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        read.Buffer.Slice(0, count).CopyTo(buffer.Span);
        _received.Reader.AdvanceTo(read.Buffer.GetPosition(count));
        Interlocked.Add(ref _unread, -count);
        if (count == 0)
        {
            return _ended ? 0 : throw new SocketException((int)SocketError.ConnectionReset);
        }

        if (GivesWindow)
        {
            await connection.GiveWindowAsync(id, count);
        }

        return count;
    }

    public void TakeHead(IReadOnlyDictionary<string, string> headers) => _head.TrySetResult(headers);

    public void TakeData(ReadOnlySpan<byte> bytes)
    {
        Interlocked.Add(ref _unread, bytes.Length);
        _received.Writer.Write(bytes);
        _ = _received.Writer.FlushAsync(CancellationToken.None).AsTask();
    }

    public void TakeEnd()
    {
        _ended = true;
        _received.Writer.Complete();
        _over.TrySetResult();
    }

    public void TakeReset(int? code)
    {
        ResetCode ??= code;
        _head.TrySetException(
            new IOException($"The server reset the stream ({code?.ToString() ?? "its connection ended"}) before it answered."));
        _received.Writer.Complete();
        _over.TrySetResult();
    }
}
