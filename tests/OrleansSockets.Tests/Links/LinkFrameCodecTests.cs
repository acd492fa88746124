using System.Buffers;
using System.Net;
using OrleansSockets.Links;
using OrleansSockets.Pairs;

namespace OrleansSockets.Tests.Links;

public sealed class LinkFrameCodecTests
{
    private static readonly PairId Pair = PairId.New();
    private static readonly PairEpoch Epoch = new(7, Guid.NewGuid());
    private static readonly SiloAddress Owner = SiloAddress.New(IPAddress.Loopback, 11111, 5);
    private static readonly SiloAddress Host = SiloAddress.New(IPAddress.Parse("2001:db8::1"), 11112, 6);

    private static readonly LinkFrame[] Samples =
    [
        LinkFrame.OfData(Pair, 0, toOwner: true, new PairFrame(1, PairFrameKind.Text, true, true, 0, "hello"u8.ToArray())),
        LinkFrame.OfData(Pair, 1, toOwner: false, new PairFrame(long.MaxValue, PairFrameKind.Binary, true, false, 0, new byte[PairFrame.MaxChunk])),
        LinkFrame.OfData(Pair, 1, toOwner: false, new PairFrame(3, PairFrameKind.Binary, false, true, 0, default)),
        LinkFrame.OfData(Pair, 0, toOwner: true, PairFrame.Close(4999, "bye"u8.ToArray())),
        LinkFrame.OfData(Pair, 0, toOwner: true, PairFrame.Close(null, default)),
        LinkFrame.OfData(Pair, 0, toOwner: true, PairFrame.Drop()),
        LinkFrame.OfData(Pair, 0, toOwner: true, PairFrame.Violation(1002, "Unknown opcode 3")),
        LinkFrame.OfCredit(Pair, 1, toOwner: true, 12345678901, 65536, finished: true),
        LinkFrame.OfCredit(Pair, 0, toOwner: false, 0, 1, finished: false),
        LinkFrame.OfView(Pair, 0, Epoch, Owner, new PeerView(3, Host, 5, 49152, true, false)),
        LinkFrame.OfView(Pair, 1, Epoch, Owner, new PeerView(4, null, 0, 0, false, true)),
        LinkFrame.OfEpoch(Pair, 1, Epoch, Owner),
        LinkFrame.OfControl(LinkFrameKind.Stale, Pair, 1, PairEpoch.None),
        LinkFrame.OfControl(LinkFrameKind.Leaving, Pair, 0, Epoch),
        LinkFrame.OfControl(LinkFrameKind.Detach, Pair, 0, Epoch, toOwner: true),
        LinkFrame.OfControl(LinkFrameKind.Missing, Pair, 1, Epoch),
    ];

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        ReadOnlySpan<byte> bytes = Write(Samples);
        foreach (var sample in Samples)
        {
            var read = LinkFrameCodec.Read(ref bytes);
            Assert.Equal(sample.Frame.Payload.ToArray(), read.Frame.Payload.ToArray());
            Assert.Equal(Bare(sample), Bare(read));
        }

        Assert.True(bytes.IsEmpty);
    }

    [Fact]
    public void Read_CutAnywhere_IsMalformed()
    {
        foreach (var sample in Samples)
        {
            var whole = Write([sample]);
            for (var length = 0; length < Math.Min(whole.Length, 200); length++)
            {
                Assert.Throws<InvalidDataException>(() => ReadOne(whole.AsSpan(0, length)));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_MutatedBytes_AreFramesOrMalformed(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 30_000; i++)
        {
            var bytes = Write([Samples[random.Next(Samples.Length)]]);
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 120))] = (byte)random.Next(256);
            }

            try
            {
                var frame = ReadOne(bytes);
                Assert.InRange(frame.Kind, LinkFrameKind.Data, LinkFrameKind.Missing);
                Assert.InRange(frame.Frame.Kind, PairFrameKind.Text, PairFrameKind.Abort);
            }
            catch (InvalidDataException)
            {
                // As it should be; anything else fails the test.
            }
        }
    }

    private static LinkFrame ReadOne(ReadOnlySpan<byte> bytes) => LinkFrameCodec.Read(ref bytes);

    private static byte[] Write(IEnumerable<LinkFrame> frames)
    {
        var writer = new ArrayBufferWriter<byte>();
        foreach (var frame in frames)
        {
            LinkFrameCodec.Write(writer, frame);
        }

        return writer.WrittenSpan.ToArray();
    }

    private static LinkFrame Bare(LinkFrame frame) => frame with { Frame = frame.Frame with { Payload = default } };
}
