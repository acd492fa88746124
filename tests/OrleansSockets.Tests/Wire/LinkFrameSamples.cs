using System.Net;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Wire;

/// <summary>Frames of every kind, always the same.</summary>
internal static class LinkFrameSamples
{
    private static readonly PairId Pair = new(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
    private static readonly PairEpoch Epoch = new(7, Guid.Parse("0f0e0d0c-0b0a-0908-0706-050403020100"));
    private static readonly SiloAddress Owner = SiloAddress.New(IPAddress.Loopback, 11111, 5);
    private static readonly SiloAddress Host = SiloAddress.New(IPAddress.Parse("2001:db8::1"), 11112, 6);

    public static readonly LinkFrame[] All =
    [
        LinkFrame.OfData(Pair, Side.Client, toOwner: true, new PairFrame(1, PairFrameKind.Text, true, true, 0, "hello"u8.ToArray())),
        LinkFrame.OfData(
            Pair,
            Side.Server,
            toOwner: false,
            new PairFrame(long.MaxValue, PairFrameKind.Binary, true, false, 0, new byte[PairFrame.MaxChunk])),
        LinkFrame.OfData(Pair, Side.Server, toOwner: false, new PairFrame(3, PairFrameKind.Binary, false, true, 0, default)),
        LinkFrame.OfData(Pair, Side.Client, toOwner: true, PairFrame.Close(4999, "bye"u8.ToArray())),
        LinkFrame.OfData(Pair, Side.Client, toOwner: true, PairFrame.Close(null, default)),
        LinkFrame.OfData(Pair, Side.Client, toOwner: true, PairFrame.Drop()),
        LinkFrame.OfData(Pair, Side.Client, toOwner: true, PairFrame.Violation(1002, "Unknown opcode 3")),
        LinkFrame.OfCredit(Pair, Side.Server, toOwner: true, 12345678901, 65536, finished: true),
        LinkFrame.OfCredit(Pair, Side.Client, toOwner: false, 0, 1, finished: false),
        LinkFrame.OfView(Pair, Side.Client, Epoch, Owner, new PeerView(3, Host, 5, 49152, true, false)),
        LinkFrame.OfView(Pair, Side.Server, Epoch, Owner, new PeerView(4, null, 0, 0, false, true)),
        LinkFrame.OfEpoch(Pair, Side.Server, Epoch, Owner),
        LinkFrame.OfControl(LinkFrameKind.Stale, Pair, Side.Server, PairEpoch.None),
        LinkFrame.OfControl(LinkFrameKind.Leaving, Pair, Side.Client, Epoch),
        LinkFrame.OfControl(LinkFrameKind.Detach, Pair, Side.Client, Epoch, toOwner: true),
        LinkFrame.OfControl(LinkFrameKind.Missing, Pair, Side.Server, Epoch),
    ];
}
