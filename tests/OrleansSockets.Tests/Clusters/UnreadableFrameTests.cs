using System.Buffers.Binary;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Clusters;

/// <summary>What a silo cannot read costs the pair whose it is, and nobody else.</summary>
public sealed class UnreadableFrameTests(ThreeSilos three) : IClassFixture<ThreeSilos>
{
    private const string Lost = "close 1006 'WebSocket disconnected without sending Close frame.' unclean in Open";

    /// <summary>
    /// From an end to its pair grain on another silo; from the pair grain to an end; between the two ends, of which one is with the pair
    /// grain.
    /// </summary>
    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(2, 0, 2)]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    public async Task Receive_AFrameThatCannotBeRead_BothEndsSee1006AndOtherPairsGoOn(int grain, int at, int from)
    {
        var pair = await three.Cluster.AcceptedPairAsync(0, 1, grain);
        var other = await three.Cluster.AcceptedPairAsync(0, 1, grain);
        var (client, server) = (new EventLog(pair.Client), new EventLog(pair.Server));
        var traffic = Traffic.Start(other.Client, other.Server);
        await traffic.FlowsAsync();
        pair.Client.Send("to the server");
        pair.Server.Send("to the client");
        await Task.WhenAll(client.WaitForAsync(1), server.WaitForAsync(1));

        Receive(at, from, Unreadable(pair.Client.Core.Pair.Id));

        Assert.Equal(["message to the client", Lost], await client.WaitForAsync(2));
        Assert.Equal(["message to the server", Lost], await server.WaitForAsync(2));
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        other.Client.Close(1000);
        await three.Cluster.NothingLeftAsync();
    }

    [Fact]
    public async Task Receive_AFrameOfALaterVersion_IsSkipped()
    {
        var pair = await three.Cluster.AcceptedPairAsync(0, 1, 2);
        var frame = Unreadable(pair.Client.Core.Pair.Id);
        frame[LinkFrameCodec.PrefixSize] = 200;

        Receive(0, 2, frame);

        var traffic = Traffic.Start(pair.Client, pair.Server);
        await traffic.FlowsAsync();
        await traffic.StopAndCheckAsync();
        pair.Client.Close(1000);
        await three.Cluster.NothingLeftAsync();
    }

    // As from another link: the numbers of the real one go on.
    private void Receive(int at, int from, byte[] frames)
    {
        var address = three.Cluster.Silos[from].Address;
        three.Cluster.Silos[at].Get<SiloLinks>().Deliver(new LinkBatch(address, 1, frames, WireRange.Framed));
    }

    private static byte[] Unreadable(PairId pair)
    {
        var writer = new LinkBatchWriter(WireRange.Framed, 16);
        writer.Write(LinkFrame.OfControl(LinkFrameKind.Leaving, pair, 0, PairEpoch.None));
        var frame = writer.Written.Span[..(LinkFrameCodec.PrefixSize + LinkFrameCodec.HeaderSize + 3)].ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - LinkFrameCodec.PrefixSize);
        return frame;
    }
}
