using OrleansSockets.Diagnostics;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Custody;

/// <summary>What other silos send to this one's pairs, ask of them, and take with them when they are gone.</summary>
internal sealed class RemoteSilos : ILinkReceiver, ISiloStatusListener
{
    private readonly PairHub _hub;
    private readonly SiloLinks _links;
    private readonly EndRecovery _recovery;
    private readonly EndClaims _claims;

    public RemoteSilos(
        PairHub hub, SiloLinks links, SiloPaths paths, EndRecovery recovery, EndClaims claims, ISiloStatusOracle membership,
        PairMetrics metrics)
    {
        _hub = hub;
        _links = links;
        _recovery = recovery;
        _claims = claims;
        links.Receiver = this;
        paths.Lost = (cut, limit) => _hub.LoseSilo(
            cut, $"the link to its node {cut.Endpoint} is down, and no other node reached it for ReattachTimeout ({limit})",
            PairCause.LinkDown);
        metrics.Observe(
            () => hub.Count,
            () => hub.Host.Budget.HeldBytes,
            () => paths.Outages.Select(link => (link.To, paths.Now - link.Since, link.Through)));
        membership.SubscribeToSiloStatusEvents(this);
    }

    public AdoptReply Adopt(AdoptRequest request) => _claims.Adopt(request);

    public AttachReply Attach(AttachRequest request) => _recovery.AttachHere(request);

    public PairHostSnapshot? Describe(PairId pair) => _hub.Describe(pair);

    public void Receive(SiloAddress from, in LinkFrame frame)
    {
        if (_hub.Find(frame.Pair) is { } pair)
        {
            using (pair.Gate.Enter())
            {
                pair.Receive(from, frame);
            }
        }
        else if (frame.ToOwner)
        {
            Pair.AnswerStale(_hub.PortTo(from), frame);
        }
        else if (frame.Kind == LinkFrameKind.Missing && _hub.HasFinished(frame.Pair, frame.Side))
        {
            PairHub.AnswerFinished(_hub.PortTo(from), frame.Pair, frame.Side);
        }
    }

    public void Break(SiloAddress from, PairId pair, string why) => _hub.Find(pair)?.Break(from, why);

    public void Lose(SiloAddress silo, string why) => _hub.LoseSilo(silo, why, PairCause.LinkDown);

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && !updatedSilo.Equals(_hub.Silo))
        {
            _links.Remove(updatedSilo);
            _hub.LoseSilo(updatedSilo, $"its node {updatedSilo.Endpoint} is lost", PairCause.NodeLost);
        }
    }
}
