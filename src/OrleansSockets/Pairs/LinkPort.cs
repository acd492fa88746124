using OrleansSockets.Ends;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>The way to ends and relays on another silo. All pairs share it.</summary>
internal sealed class LinkPort(SiloLinks links, SiloAddress to) : IPairPort
{
    public void Send(in LinkFrame frame) => links.Send(to, frame);

    public void Pump(End end)
    {
        var frames = new OutFrames(end);
        links.Send(to, ref frames);
    }

    private readonly struct OutFrames(End end) : ILinkFrames
    {
        public bool TryNext(out LinkFrame frame)
        {
            var any = end.Out.TryNext(out var next);
            frame = any ? LinkFrame.OfData(end.Pair.Id, end.Side, toOwner: true, next) : default;
            return any;
        }
    }
}
