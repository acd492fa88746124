using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>A socket on a stream of HTTP/2, by a client that ends streams as no library lets it.</summary>
public sealed class Http2PauseTests : IAsyncLifetime
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private readonly FakeTimeProvider _clock = new();
    private readonly Socket _client = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private SocketServer _server = null!;

    private FakeEnd End => _server.End;

    public async ValueTask InitializeAsync()
    {
        _server = await SocketServer.StartAsync(protocols: HttpProtocols.Http2);
        _server.Clock = _clock;
        await _client.ConnectAsync(_server.Address, RawClient.Token);
        await SendAsync(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        await SendFrameAsync(Settings, 0, [], stream: 0);
        await SendFrameAsync(Headers, EndHeaders, [
            .. Header(":method", "CONNECT"), .. Header(":protocol", "websocket"), .. Header(":scheme", "http"), .. Header(":path", "/"),
            .. Header(":authority", "test"), .. Header("sec-websocket-version", "13"),
        ]);
        await SendTextAsync("open");
        Assert.Equal("text open", await End.HeardAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ResetOfTheStream_WhilePaused_IsADropAtOnce()
    {
        await PauseAsync();
        await SendTextAsync("no room");
        await SendFrameAsync(ResetStream, 0, [0, 0, 0, 8]);
        Assert.Equal("abort", await End.HeardAsync());
        Assert.Equal("the client's connection was lost", End.LastNote);
    }

    [Fact]
    public async Task EndOfTheStream_WhilePaused_AllBeforeItIsHeard()
    {
        await PauseAsync();
        await SendTextAsync("last");
        await SendFrameAsync(Data, EndStream, []);
        await SocketServer.EventuallyAsync(() =>
        {
            _server.Socket!.Tick();
            return End.HasHeard;
        });
        Assert.Equal("text last", await End.HeardAsync());
        Assert.Equal("end of input", await End.HeardAsync());
    }

    [Fact]
    public async Task EndOfTheConnection_WhilePaused_IsADrop()
    {
        await PauseAsync();
        await SendTextAsync("no room");
        _client.Shutdown(SocketShutdown.Send);
        Assert.Equal("abort", await End.HeardAsync());
    }

    [Fact]
    public async Task EndOfTheStream_BehindAMessage_BothAreHeardAndTheAnswerGoesOut()
    {
        await SendTextAsync("last");
        await SendFrameAsync(Data, EndStream, []);
        Assert.Equal("text last", await End.HeardAsync());
        Assert.Equal("end of input", await End.HeardAsync());
        End.Put("answer");
        await End.ConsumedAsync(1);
        End.PutAbort();
        Assert.Equal("abort", await End.HeardAsync());
    }

    private static byte[] Header(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private async Task PauseAsync()
    {
        End.SetRoom(false);
        await SendTextAsync("nudge");
        await SocketServer.EventuallyAsync(() => _server.Socket!.IsPaused);
        Assert.Equal("text nudge", await End.HeardAsync());
    }

    private Task SendTextAsync(string text) => SendFrameAsync(Data, 0, RawClient.Frame(Opcode.Text, Encoding.UTF8.GetBytes(text)));

    private Task SendFrameAsync(byte type, byte flags, byte[] payload, int stream = 1)
    {
        var frame = new byte[9 + payload.Length];
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return SendAsync(frame);
    }

    private async Task SendAsync(byte[] bytes) => Assert.Equal(bytes.Length, await _client.SendAsync(bytes, RawClient.Token));
}
