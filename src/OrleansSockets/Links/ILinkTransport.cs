using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>How a link reaches its other silo.</summary>
internal interface ILinkTransport
{
    /// <summary>Tells the other silo which wire versions this one speaks; the answer is what it speaks itself.</summary>
    /// <exception cref="TypeLoadException">It does not know the question.</exception>
    Task<WireRange> HelloAsync(WireRange spoken);

    /// <summary>Hands over a batch. It may arrive although this fails: repeat it.</summary>
    Task DeliverAsync(LinkBatch batch);
}
