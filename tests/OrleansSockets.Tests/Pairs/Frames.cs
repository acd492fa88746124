using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Tests.Pairs;

/// <summary>Frames as tests need them.</summary>
internal static class Frames
{
    public static PairFrame Message(int length, byte fill = 0, bool first = true, bool last = true)
    {
        var payload = new byte[length];
        payload.AsSpan().Fill(fill);
        return new PairFrame(0, PairFrameKind.Binary, first, last, 0, payload);
    }

    public static PairFrame Close(int? code = 1000) => PairFrame.Close(code, default);

    public static PairFrame Numbered(long sequence, PairFrame frame) => frame with { Sequence = sequence };

    public static List<PairFrame> TakeAll(OutStream stream)
    {
        List<PairFrame> frames = [];
        while (stream.TryNext(out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }

    public static List<ReceivedItem> TakeAll(InStream stream)
    {
        List<ReceivedItem> items = [];
        while (stream.TryTake(out var item))
        {
            items.Add(item);
        }

        return items;
    }
}
