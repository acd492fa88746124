using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>Frames that are ready for a link together: taken one by one, at the price of one lock.</summary>
internal interface ILinkFrames
{
    /// <summary>The next one. Called under the link's lock: it must not block or call out.</summary>
    bool TryNext(out LinkFrame frame);
}
