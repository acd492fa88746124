using System.Net;
using OrleansSockets.Conformance.Client;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests;

/// <summary>A <see cref="RawClient"/> on a stream of HTTP/2: its FIN is END_STREAM, its reset RST_STREAM with CANCEL.</summary>
internal sealed class Http2Client : RawClient
{
    private readonly Http2Connection? _own;

    private Http2Client(Http2Stream stream, Http2Connection? own) => (Stream, _own) = (stream, own);

    public Http2Stream Stream { get; }

    /// <summary>Opens a socket on a connection of its own.</summary>
    public static async Task<Http2Client> ConnectAsync(EndPoint server, string path = "/")
    {
        var connection = await Http2Connection.ConnectAsync(server, Token);
        return await ConnectAsync(connection, path, connection);
    }

    /// <summary>Opens one of several sockets of a connection.</summary>
    public static Task<Http2Client> ConnectAsync(Http2Connection connection, string path = "/") => ConnectAsync(connection, path, null);

    public override Task SendBytesAsync(ReadOnlyMemory<byte> bytes) =>
        Stream.WriteAsync(bytes).WaitAsync(Patience, TimeProvider.System, Token);

    public override void SendFin() => _ = Stream.EndAsync();

    public override void Reset() => _ = Stream.ResetAsync();

    public override void Dispose()
    {
        base.Dispose();
        _own?.Socket.Dispose();
    }

    protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => Stream.ReceiveAsync(buffer, Token);

    private static async Task<Http2Client> ConnectAsync(Http2Connection connection, string path, Http2Connection? own)
    {
        var stream = await connection.OpenWebSocketAsync("test", path);
        var head = await stream.Head.WaitAsync(Patience, TimeProvider.System, Token);
        Assert.Equal("200", head[":status"]);
        return new Http2Client(stream, own);
    }
}
