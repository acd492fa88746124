using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSockets.Frames;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Sockets;

/// <summary>How a socket ends, whoever begins: the same on a connection of its own and on a stream of HTTP/2.</summary>
public abstract class SocketEndingTests(HttpProtocols protocol) : IAsyncLifetime
{
    private SocketServer _server = null!;

    private protected SocketServer Server => _server;

    private protected FakeEnd End => _server.End;

    private protected Task Ended => _server.Ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync() => _server = await SocketServer.StartAsync(protocols: protocol);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Close_OfClientThenPeersAnswer_EndsTheConnectionAtOnce()
    {
        using var client = await OpenAsync();
        await client.SendTextAsync("hi");
        await client.SendCloseAsync(1000, "bye");
        Assert.Equal("text hi", await End.HeardAsync());
        Assert.Equal("close 1000 bye", await End.HeardAsync());
        End.Put("tail");
        End.PutClose(4001, "so long");
        Assert.Equal("text tail", await client.ReadAsync());
        Assert.Equal("close 4001 so long", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task Close_OfPeerThenClientsAnswer_EndsTheConnectionAtOnce()
    {
        using var client = await OpenAsync();
        End.PutClose(null);
        Assert.Equal("close", await client.ReadAsync());
        await client.SendTextAsync("still there");
        await client.SendCloseAsync();
        Assert.Equal("text still there", await End.HeardAsync());
        Assert.Equal("close -", await End.HeardAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
        Assert.False(End.HasHeard);
    }

    [Fact]
    public async Task Fin_WithoutClose_IsADrop()
    {
        using var client = await OpenAsync();
        await client.SendTextAsync("x");
        client.SendFin();
        Assert.Equal("text x", await End.HeardAsync());
        Assert.Equal("end of input", await End.HeardAsync());

        // What the peer says before it hears of the end still goes out.
        End.Put("answer");
        End.PutAbort();
        Assert.Equal("text answer", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_BeforeOrAfterClose_IsADrop(bool closed)
    {
        using var client = await OpenAsync();
        if (closed)
        {
            await client.SendCloseAsync(1000);
            Assert.Equal("close 1000", await End.HeardAsync());
        }

        client.Reset();
        Assert.Equal("abort", await End.HeardAsync());
        await Ended;
    }

    [Fact]
    public async Task Abort_OfPeer_EndsTheConnectionWithoutClose()
    {
        using var client = await OpenAsync();
        End.Put("last");
        End.PutAbort();
        Assert.Equal("text last", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    [Fact]
    public async Task Violation_ClientGetsCloseAndEndHearsWhy()
    {
        using var client = await OpenAsync();
        await client.SendAsync((Opcode)3, []);
        Assert.Equal("abort 1002 Unknown opcode 3", await End.HeardAsync());

        // What the peer says before it hears of the violation still goes out.
        End.Put("answer");
        End.PutAbort();
        Assert.Equal("text answer", await client.ReadAsync());
        Assert.Equal("close 1002 Unknown opcode 3", await client.ReadAsync());
        Assert.Equal("fin", await client.ReadAsync());
        await Ended;
    }

    private async Task<RawClient> OpenAsync() =>
        protocol == HttpProtocols.Http2 ? await Http2Client.ConnectAsync(_server.Address) : await _server.ConnectAsync();
}
