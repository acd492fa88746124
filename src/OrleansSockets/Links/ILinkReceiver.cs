using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>Whom the frames of all links of a silo are for, and what other silos ask of it.</summary>
internal interface ILinkReceiver
{
    /// <summary>Takes a frame, in the order in which it was sent.</summary>
    void Receive(SiloAddress from, in LinkFrame frame);

    /// <inheritdoc cref="ILinkService.AdoptAsync"/>
    AdoptReply Adopt(AdoptRequest request);

    /// <inheritdoc cref="ILinkService.AttachAsync"/>
    AttachReply Attach(AttachRequest request);

    /// <inheritdoc cref="ILinkService.DescribeAsync"/>
    PairHostSnapshot? Describe(PairId pair);

    /// <summary>A frame of that pair did not arrive in a form that could be taken: its stream has a hole.</summary>
    void Break(SiloAddress from, PairId pair, string why);

    /// <summary>Nothing more can be exchanged with that silo, though it lives.</summary>
    void Lose(SiloAddress silo, string why);
}
