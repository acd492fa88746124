using OrleansSockets.Rules;

namespace OrleansSockets.Wire;

/// <summary>The numbers are a part of the wire.</summary>
internal enum LinkFrameKind : byte
{
    /// <summary>A frame of the stream from <see cref="LinkFrame.Side"/>.</summary>
    Data = 1,

    /// <summary><see cref="LinkFrame.Side"/> consumed the other side's stream up to a number.</summary>
    Credit = 2,

    /// <summary>From the relay: what <see cref="LinkFrame.Side"/> has to know of its peer.</summary>
    View = 3,

    /// <summary>The relay that a frame was sent to is not on this silo: attach again.</summary>
    Stale = 4,

    /// <summary>From an end to its peer's silo: the activation that it is attached to.</summary>
    Epoch = 5,

    /// <summary>The relay's activation ends: attach again.</summary>
    Leaving = 6,

    /// <summary>The end attached to a newer activation.</summary>
    Detach = 7,

    /// <summary>From a relay: it expects that end, which an earlier activation had.</summary>
    Missing = 8,
}

/// <summary>One entry of a link: which pair, which side, and what. Only the fields that its kind names are set.</summary>
internal readonly record struct LinkFrame
{
    public LinkFrameKind Kind { get; init; }

    public PairId Pair { get; init; }

    public Side Side { get; init; }

    /// <summary>For the relay on the receiving silo; else for an end there.</summary>
    public bool ToOwner { get; init; }

    public PairFrame Frame { get; init; }

    public PairEpoch Epoch { get; init; }

    public SiloAddress? Owner { get; init; }

    /// <summary>Credit and View: numbers, window and flags.</summary>
    public PeerView View { get; init; }

    public static LinkFrame OfData(PairId pair, Side side, bool toOwner, in PairFrame frame) =>
        new() { Kind = LinkFrameKind.Data, Pair = pair, Side = side, ToOwner = toOwner, Frame = frame };

    public static LinkFrame OfCredit(PairId pair, Side side, bool toOwner, long consumed, int window, bool finished) =>
        new()
        {
            Kind = LinkFrameKind.Credit,
            Pair = pair,
            Side = side,
            ToOwner = toOwner,
            View = new PeerView(0, null, consumed, window, finished, false),
        };

    public static LinkFrame OfView(PairId pair, Side side, PairEpoch epoch, SiloAddress owner, in PeerView view) =>
        new() { Kind = LinkFrameKind.View, Pair = pair, Side = side, Epoch = epoch, Owner = owner, View = view };

    public static LinkFrame OfEpoch(PairId pair, Side side, PairEpoch epoch, SiloAddress owner) =>
        new() { Kind = LinkFrameKind.Epoch, Pair = pair, Side = side, Epoch = epoch, Owner = owner };

    public static LinkFrame OfControl(LinkFrameKind kind, PairId pair, Side side, PairEpoch epoch, bool toOwner = false) =>
        new() { Kind = kind, Pair = pair, Side = side, ToOwner = toOwner, Epoch = epoch };
}
