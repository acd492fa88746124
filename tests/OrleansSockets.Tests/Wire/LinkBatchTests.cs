using System.Buffers.Binary;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Wire;

public sealed class LinkBatchTests
{
    private static readonly int Newest = WireRange.Spoken.Highest;

    private static readonly LinkFrame[] Samples = LinkFrameSamples.All;

    [Theory]
    [InlineData(WireRange.Unframed)]
    [InlineData(WireRange.Framed)]
    [InlineData(WireRange.SharedPayloads)]
    public void Read_WhatWasWritten_IsTheSame(int version)
    {
        var read = Read(Write(version, Samples), version);

        Assert.Equal(Samples.Select(Describe), read.Select(one => Describe(one.Frame)));
        Assert.All(read, one => Assert.Equal(LinkReadResult.Frame, one.Result));
    }

    [Theory]
    [InlineData(WireRange.Unframed)]
    [InlineData(WireRange.SharedPayloads)]
    public void Read_CutAnywhere_IsNoFrame(int version)
    {
        foreach (var sample in Samples)
        {
            var whole = Write(version, [sample]);
            for (var length = 1; length < Math.Min(whole.Length, 200); length++)
            {
                Assert.Equal(LinkReadResult.Cut, Assert.Single(Read(whole.AsSpan(0, length), version)).Result);
            }
        }
    }

    [Fact]
    public void Write_Unframed_IsTheSameWithoutTheLengths()
    {
        foreach (var sample in Samples)
        {
            Assert.Equal(Write(WireRange.Framed, [sample])[LinkFrameCodec.PrefixSize..], Write(WireRange.Unframed, [sample]));
        }
    }

    [Fact]
    public void Read_AFrameWithTooShortABody_CostsNoOther()
    {
        foreach (var sample in Samples)
        {
            byte[] broken = [.. Write(Newest, [sample])];
            var shorter = LinkFrameCodec.HeaderSize + 3;
            BinaryPrimitives.WriteInt32LittleEndian(broken, shorter);
            byte[] batch =
                [.. Write(Newest, [Samples[0]]), .. broken.AsSpan(0, LinkFrameCodec.PrefixSize + shorter), .. Write(Newest, [Samples[^1]])];

            var read = Read(batch);

            Assert.Equal([LinkReadResult.Frame, LinkReadResult.Unreadable, LinkReadResult.Frame], read.Select(one => one.Result));
            Assert.Equal((sample.Pair, sample.Side, sample.ToOwner), (read[1].Frame.Pair, read[1].Frame.Side, read[1].Frame.ToOwner));
            Assert.Equal(Describe(Samples[^1]), Describe(read[2].Frame));
        }
    }

    [Fact]
    public void Read_AKindOfALaterVersion_IsSkipped()
    {
        byte[] later = [.. Write(Newest, [Samples[^1]])];
        later[LinkFrameCodec.PrefixSize] = 200;

        var read = Read([.. later, .. Write(Newest, [Samples[0]])]);

        Assert.Equal([LinkReadResult.Unknown, LinkReadResult.Frame], read.Select(one => one.Result));
    }

    [Fact]
    public void Read_WhatALaterVersionAddsBehindABody_IsSkipped()
    {
        foreach (var sample in Samples.Where(sample => sample.Kind != LinkFrameKind.Data))
        {
            byte[] longer = [.. Write(Newest, [sample]), 1, 2, 3];
            BinaryPrimitives.WriteInt32LittleEndian(longer, longer.Length - LinkFrameCodec.PrefixSize);

            var read = Read([.. longer, .. Write(Newest, [Samples[0]])]);

            Assert.Equal([Describe(sample), Describe(Samples[0])], read.Select(one => Describe(one.Frame)));
        }
    }

    [Fact]
    public void Write_OnePayloadForMany_IsInTheBatchOnce()
    {
        var payload = new byte[10_000];
        Random.Shared.NextBytes(payload);
        var frames = Enumerable.Range(1, 50).Select(i => Data(i, payload)).ToArray();

        var batch = Write(WireRange.SharedPayloads, frames);

        Assert.InRange(batch.Length, payload.Length, payload.Length + (50 * 50));
        var read = Read(batch);
        Assert.Equal(frames.Select(Describe), read.Select(one => Describe(one.Frame)));
        Assert.InRange(Write(WireRange.Framed, frames).Length, 50 * payload.Length, int.MaxValue);

        // A node that does not speak it would miss them: it must never be sent one.
        Assert.Equal(49, Read(batch, WireRange.Framed).Count(one => one.Result == LinkReadResult.Unknown));
    }

    [Fact]
    public void Write_SlicesOfOnePayload_AreNotTakenForEachOther()
    {
        var payload = new byte[4096];
        Random.Shared.NextBytes(payload);
        LinkFrame[] frames =
            [Data(1, payload.AsMemory(0, 1024)), Data(2, payload.AsMemory(1024, 1024)), Data(3, payload.AsMemory(0, 2048)),
                Data(4, payload.AsMemory(1024, 1024))];

        Assert.Equal(frames.Select(Describe), Read(Write(Newest, frames)).Select(one => Describe(one.Frame)));
    }

    [Fact]
    public void Clear_ThePayloadsOfTheBatchBefore_AreForgotten()
    {
        var payload = new byte[1000];
        var writer = new LinkBatchWriter(Newest, 16);
        writer.Write(Data(1, payload));
        writer.Clear();
        writer.Write(Data(2, payload));

        Assert.Equal(Describe(Data(2, payload)), Describe(Assert.Single(Read(writer.Written.Span)).Frame));
    }

    [Theory]
    [InlineData(1, WireRange.SharedPayloads)]
    [InlineData(2, WireRange.SharedPayloads)]
    [InlineData(3, WireRange.SharedPayloads)]
    [InlineData(4, WireRange.Unframed)]
    public void Read_MutatedBytes_AreFramesOrNone(int seed, int version)
    {
        var random = new Random(seed);
        var payload = new byte[300];
        var shared = Write(version, [Data(1, payload), Data(2, payload), Data(3, payload)]);
        for (var i = 0; i < 30_000; i++)
        {
            byte[] bytes = i % 4 == 0
                ? [.. shared]
                : Write(version, [Samples[random.Next(Samples.Length)], Samples[random.Next(Samples.Length)]]);
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 500))] = (byte)random.Next(256);
            }

            foreach (var (result, frame) in Read(bytes, version))
            {
                if (result == LinkReadResult.Frame)
                {
                    Assert.InRange(frame.Kind, LinkFrameKind.Data, LinkFrameKind.Missing);
                    Assert.InRange(frame.Frame.Kind, PairFrameKind.Text, PairFrameKind.Abort);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 2, 1)]
    [InlineData(1, 2, 1, 2, 2)]
    [InlineData(2, 5, 1, 3, 3)]
    [InlineData(3, 4, 1, 2, null)]
    [InlineData(1, 2, 3, 4, null)]
    public void Agree_TheHighestThatBothSpeak(int lowest, int highest, int otherLowest, int otherHighest, int? version) =>
        Assert.Equal(version, new WireRange(lowest, highest).Agree(new WireRange(otherLowest, otherHighest)));

    private static LinkFrame Data(int sequence, ReadOnlyMemory<byte> payload) => LinkFrame.OfData(
        Samples[0].Pair, 0, toOwner: true, new PairFrame(sequence, PairFrameKind.Binary, true, true, 0, payload));

    private static byte[] Write(int version, IEnumerable<LinkFrame> frames)
    {
        var writer = new LinkBatchWriter(version, 16);
        foreach (var frame in frames)
        {
            writer.Write(frame);
        }

        return writer.Written.ToArray();
    }

    private static List<(LinkReadResult Result, LinkFrame Frame)> Read(ReadOnlySpan<byte> batch, int? version = null)
    {
        List<(LinkReadResult, LinkFrame)> all = [];
        var reader = new LinkBatchReader(batch, version ?? Newest);
        while (reader.Read(out var frame) is not LinkReadResult.End and var result)
        {
            all.Add((result, frame));
        }

        return all;
    }

    private static string Describe(LinkFrame frame) =>
        $"{frame with { Frame = frame.Frame with { Payload = default } }} {Convert.ToHexString(frame.Frame.Payload.Span)}";
}
