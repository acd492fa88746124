using System.Net;
using OrleansSockets.Host.Tests;

namespace OrleansSockets.Processes.Tests.Hosts;

/// <summary>What clients of a node see.</summary>
internal static class Clients
{
    private const int Rooms = 20;

    public static async Task EchoesAsync(TestSocket socket, CancellationToken cancellation)
    {
        await socket.SendAsync("hello", cancellation);
        Assert.Equal("hello", await socket.ReceiveAsync(cancellation));
    }

    /// <summary>Skips what comes before.</summary>
    public static async Task HearsAsync(TestSocket socket, string text, CancellationToken cancellation)
    {
        while (await socket.ReceiveAsync(cancellation) is var heard && heard != text)
        {
            Assert.NotNull(heard);
        }
    }

    /// <summary>
    /// New sockets work: an endpoint's, and rooms that were never there, so many that each node has some of their names in its keeping.
    /// </summary>
    public static async Task ServesAsync(HostNode node, CancellationToken cancellation)
    {
        using var echo = await node.OpenAsync("/echo");
        await EchoesAsync(echo, cancellation);
        await Task.WhenAll(Enumerable.Range(0, Rooms).Select(async _ =>
        {
            using var member = await node.OpenAsync($"/rooms/{Guid.NewGuid():N}?name=me");
            await HearsAsync(member, "me is here", cancellation);
        }));
    }

    /// <summary>A new pair of two nodes' clients works.</summary>
    public static async Task MeetAsync(HostNode one, HostNode other, CancellationToken cancellation)
    {
        var name = $"{Guid.NewGuid():N}";
        using var first = await one.OpenAsync($"/pairs/{name}/0");
        using var second = await other.OpenAsync($"/pairs/{name}/1");
        await first.SendAsync("hello", cancellation);
        Assert.Equal("hello", await second.ReceiveAsync(cancellation));
    }

    /// <summary>Of the node's own deployment.</summary>
    public static async Task<long> RevisionOfANewEndAsync(HostNode node, CancellationToken cancellation)
    {
        using var echo = await node.OpenAsync("/echo");
        await EchoesAsync(echo, cancellation);
        // Ends of other clients may be older.
        var pairs = (await node.Admin.GetAsync($"pairs?node={node.Silo}&deployment=default&limit=1000")).Expect(HttpStatusCode.OK);
        return pairs.GetProperty("pairs").EnumerateArray().SelectMany(pair => pair.GetProperty("ends").EnumerateArray())
            .Where(end => end.GetProperty("node").GetString() == node.Silo).Max(end => end.GetProperty("revision").GetInt64());
    }
}
