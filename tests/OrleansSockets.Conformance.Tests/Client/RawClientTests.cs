using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansSockets.Conformance.Client;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;
using OrleansSockets.Conformance.Traces;
using Xunit;

namespace OrleansSockets.Conformance.Tests.Client;

public sealed class RawClientTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TraceRecorder _recorder = new();
    private RawClient? _client;

    public RawClientTests() => _listener.Start();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _listener.Dispose();
    }

    [Fact]
    public async Task Reading_OfFrames_RecordsThemAsTheyAre()
    {
        using var server = await ConnectAsync();
        await server.SendAsync(
            Hex(
                "0102C3A9" + "8000" + "C203414243" + "880503E8627965" + "8800" + "8A0101" + "827E1001" + new string(
                    '0', 2 * 4097) + "8105AABB"),
            Cancellation);
        server.Shutdown(SocketShutdown.Send);
        await AwaitAsync("tcp");

        Assert.Equal(
            [
                """{"k":"http","status":101}""",
                """{"k":"frame","op":"text","fin":false,"text":"é"}""",
                """{"k":"frame","op":"continuation","hex":""}""",
                """{"k":"frame","op":"binary","rsv":4,"hex":"414243"}""",
                """{"k":"frame","op":"close","code":1000,"reason":"bye"}""",
                """{"k":"frame","op":"close","code":null,"reason":""}""",
                """{"k":"frame","op":"pong","hex":"01"}""",
                """{"k":"frame","op":"binary","length":4097}""",
                """{"k":"partial","bytes":4}""",
                """{"k":"tcp","how":"fin"}""",
            ],
            Entries());
        Assert.Equal("ended", _client!.State);
    }

    [Fact]
    public async Task Reading_OfFramesCutAtEveryByte_RecordsThemWhole()
    {
        using var server = await ConnectAsync();
        foreach (var part in Hex("810548656C6C6F" + "8204DEADBEEF"))
        {
            await server.SendAsync(new[] { part }, Cancellation);
        }

        await AwaitAsync("frame:binary");

        Assert.Equal("""{"k":"frame","op":"text","text":"Hello"}""", Entries()[1]);
        Assert.Equal("""{"k":"frame","op":"binary","hex":"deadbeef"}""", Entries()[2]);
    }

    [Fact]
    public async Task Write_OfSeveralFrames_IsMaskedAndInOnePiece()
    {
        using var server = await ConnectAsync();
        await _client!.WriteAsync(
            [new FrameSpec(FrameSpec.TextFrame, "hi"u8.ToArray(), Fin: false, Rsv: 2), new FrameSpec(FrameSpec.PingFrame, [])]);

        var bytes = await ReceiveAsync(server, 2 + 4 + 2 + 2 + 4);

        Assert.Equal((0x21, 0x82, 0x89, 0x80), (bytes[0], bytes[1], bytes[8], bytes[9]));
        Assert.Equal("hi", Encoding.ASCII.GetString([(byte)(bytes[6] ^ bytes[2]), (byte)(bytes[7] ^ bytes[3])]));
    }

    [Fact]
    public async Task Close_OfAnAutoReplyingClient_IsAnsweredOnceWithTheSame()
    {
        using var server = await ConnectAsync(autoReply: true);
        await server.SendAsync(Hex("880503E8627965" + "880203E9"), Cancellation);

        var bytes = await ReceiveAsync(server, 2 + 4 + 5);
        await AwaitAsync("frame:close", count: 2);
        _client!.Fin();

        Assert.Equal((0x88, 0x85), (bytes[0], bytes[1]));
        Assert.Equal("bye", Encoding.ASCII.GetString([.. Enumerable.Range(2, 3).Select(i => (byte)(bytes[6 + i] ^ bytes[2 + (i % 4)]))]));
        Assert.Equal(0, await server.ReceiveAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task Fin_OfTheClient_LeavesItReading()
    {
        using var server = await ConnectAsync();
        _client!.Fin();
        Assert.Equal(0, await server.ReceiveAsync(new byte[1], Cancellation));

        await server.SendAsync(Hex("8100"), Cancellation);
        await AwaitAsync("frame:text");

        await _client.WriteAsync("ignored"u8.ToArray());
        Assert.Equal("open", _client.State);
    }

    [Fact]
    public async Task Reset_OfTheClient_ResetsTheServer()
    {
        using var server = await ConnectAsync();
        _client!.Reset();

        var error = await Assert.ThrowsAsync<SocketException>(async () => await server.ReceiveAsync(new byte[1], Cancellation));

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        Assert.Equal("reset-by-us", _client.State);
        Assert.Equal("""{"k":"tcp","how":"reset-by-us"}""", Entries()[^1]);
    }

    [Fact]
    public async Task Reset_OfTheServer_IsRecorded()
    {
        using var server = await ConnectAsync();
        server.LingerState = new LingerOption(enable: true, seconds: 0);
        server.Close();
        await AwaitAsync("tcp");

        Assert.Equal("""{"k":"tcp","how":"reset"}""", Entries()[^1]);
    }

    private async Task<Socket> ConnectAsync(bool autoReply = false)
    {
        _client = new RawClient(new TcpTransport(), entry => _recorder.Add("c", entry), autoReply);
        var connecting = _client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, "/x", Cancellation);
        var server = await _listener.AcceptSocketAsync(Cancellation);
        var request = string.Empty;
        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            request += Encoding.ASCII.GetString(await ReceiveAsync(server, 1));
        }

        Assert.StartsWith("GET /x HTTP/1.1\r\n", request, StringComparison.Ordinal);
        await server.SendAsync("HTTP/1.1 101 Switching Protocols\r\n\r\n"u8.ToArray(), Cancellation);
        await connecting;
        return server;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var length = 0; length < count;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(length), Cancellation);
            Assert.NotEqual(0, received);
            length += received;
        }

        return bytes;
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    private Task AwaitAsync(string kind, int count = 1) => _recorder.WaitAsync("c", kind, count, Limit, TimeProvider.System, Cancellation);

    private List<string> Entries() => [.. _recorder.Ends().List("c")!.Select(JsonWriter.Write)];
}
