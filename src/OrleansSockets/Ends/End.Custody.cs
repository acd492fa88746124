using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <content>The way to the pair grain, as the end knows it. Finding it is its custody's work.</content>
internal sealed partial class End
{
    private IPairPort _port;
    private bool _isClaimed;
    // An activation that has said that it goes; its goodbye can overtake its answer to an attach.
    private Guid _leftActivation;

    public EndRoute Route { get; private set; }

    /// <summary>It talks to a pair grain, not to a peer in the same live object.</summary>
    public bool IsAttached => Route != EndRoute.Local;

    /// <summary>The activation that it is attached to, or was.</summary>
    public PairEpoch Epoch { get; private set; }

    /// <summary>The newest view of the peer that the activation has sent.</summary>
    public long PeerVersion { get; private set; }

    /// <summary>The silo of the pair grain.</summary>
    public SiloAddress? Owner { get; private set; }

    /// <summary>Where the peer lived when this end last heard of it.</summary>
    public SiloAddress? PeerHost { get; private set; }

    /// <summary>Proves to the pair grain that it is the same end.</summary>
    public Guid Secret { get; private set; }

    /// <summary>What it tells the pair grain.</summary>
    /// <param name="host">This silo.</param>
    /// <param name="ticket">Of a released end, for its first attach.</param>
    public AttachRequest Request(SiloAddress host, EndTicket? ticket = null) => new()
    {
        Pair = Pair.Id,
        Side = (int)Side,
        Host = host,
        Secret = Secret,
        KnownEpoch = Epoch,
        Consumed = In.Consumed,
        Window = In.Granted,
        OutEnded = Out.HasEnded,
        OutAborted = Out.EndedByAbort,
        OutFinished = Out.IsFinished,
        InFinished = In.IsFinished,
        PeerHost = PeerHost,
        Ticket = ticket,
    };

    /// <summary>All that the end is, for its next host. Called when nothing of it is with a consumer.</summary>
    public EndTransfer Export()
    {
        var (next, kept) = Out.Export();
        var (unfinished, received) = In.Export();
        return new EndTransfer
        {
            Pair = Pair.Id,
            Side = (int)Side,
            Secret = Secret,
            Epoch = Epoch,
            Owner = Owner,
            PeerHost = PeerHost,
            Deployment = Settings.Deployment,
            Revision = Settings.Revision,
            Rules = Settings.Rules.Pack(),
            MaxMessageSize = Settings.MaxMessageSize,
            BinaryType = Settings.BinaryType,
            HasClosed = State.Out,
            NextSequence = next,
            Kept = kept,
            Consumed = In.Consumed,
            Window = In.Window,
            Unfinished = unfinished,
            Received = received,
        };
    }

    /// <summary>Goes on as a hibernatable end that another silo had, and looks for its pair grain.</summary>
    public void Import(EndTransfer transfer)
    {
        State = EndMachine.Hibernate(EndState.Initial, peerTaken: false).State with { Out = transfer.HasClosed };
        Out.Import(transfer.NextSequence, transfer.Kept);
        In.Import(transfer.Consumed, transfer.Window, transfer.Unfinished, transfer.Received);
        In.Open();
        _isClaimed = true;
        Secret = transfer.Secret;
        PeerHost = transfer.PeerHost;
        SetOwner(transfer.Epoch, transfer.Owner!);
        Reattach(Epoch, Owner);
    }

    /// <summary>The peer in the same live object takes what this end sends.</summary>
    public void MeetLocal(End peer) => Out.ReceiverAttached(0, peer.In.Granted);

    /// <summary>A claimed end begins to look for its pair grain.</summary>
    public void BeginAttach()
    {
        _isClaimed = true;
        Secret = Guid.NewGuid();
        Route = EndRoute.Attaching;
    }

    /// <summary>The pair grain has taken over the other end of this live object, and this one with it.</summary>
    public void JoinRelay(PairEpoch epoch, SiloAddress owner)
    {
        Secret = Guid.NewGuid();
        SetOwner(epoch, owner);
        StartAcceptTimer();
    }

    /// <summary>The pair grain has answered.</summary>
    public void Attach(AttachReply reply)
    {
        if (reply.Epoch < Epoch)
        {
            // A view of a newer activation overtook this reply.
            return;
        }

        var knownPeer = PeerHost;
        Attach(reply.Epoch, reply.Owner!);
        Pair.Timeline.Add(Side, $"attached to {reply.Owner}, epoch {reply.Epoch.Counter}");
        Apply(reply.Epoch, reply.Owner!, reply.Peer!.Value);
        if (knownPeer is not null)
        {
            Pair.PortTo(knownPeer).Send(LinkFrame.OfEpoch(Pair.Id, Side.Other(), reply.Epoch, reply.Owner!));
        }

        if (_leftActivation == reply.Epoch.Activation)
        {
            // The activation has left while its answer was under way.
            Reattach(Epoch);
        }
        else if (knownPeer is not null && reply.Peer.Value is { Host: null, Lost: false } view && view.Version == PeerVersion)
        {
            _host.Custody.LocateLater(this);
        }
    }

    /// <summary>What the pair grain says of the peer.</summary>
    public void Apply(PairEpoch epoch, SiloAddress owner, in PeerView view)
    {
        if (epoch < Epoch || (epoch == Epoch && view.Version <= PeerVersion))
        {
            return;
        }

        Attach(epoch, owner);
        PeerVersion = view.Version;
        if (view.Lost)
        {
            LosePeer();
        }
        else if (view.Host is not null)
        {
            PeerHost = view.Host;
            PeerKnown.Set();
            Out.ReceiverAttached(view.Consumed, view.Window);
            Acknowledge(view.Consumed, view.Window, view.ReadsNoMore);
        }
        else
        {
            Out.ReceiverDetached();
            if (view.ReadsNoMore)
            {
                Acknowledge(view.Consumed, view.Window, finished: true);
            }
        }
    }

    /// <summary>The activation says goodbye.</summary>
    public void LeaveActivation(PairEpoch epoch)
    {
        _leftActivation = epoch.Activation;
        if (Epoch.Activation == epoch.Activation)
        {
            Reattach(Epoch);
        }
    }

    /// <summary>
    /// The node of the end's activation is dead, or out of reach. If the peer lived there, too, no activation will find it again.
    /// </summary>
    public void LoseOwner(SiloAddress owner, string why, PairCause cause)
    {
        if (Route != EndRoute.Attached || !owner.Equals(Owner))
        {
            return;
        }

        if (owner.Equals(PeerHost))
        {
            Pair.Timeline.Add(Side.Other(), why, cause: cause);
            LosePeer();
        }
        else
        {
            Reattach(Epoch);
        }
    }

    /// <summary>The end's activation is gone: its custody finds the next one.</summary>
    /// <param name="epoch">The activation that is gone.</param>
    /// <param name="owner">Where to ask first; null: it is not known.</param>
    public void Reattach(PairEpoch epoch, SiloAddress? owner = null)
    {
        if (Route != EndRoute.Attached || Epoch != epoch || IsDone)
        {
            return;
        }

        Route = EndRoute.Attaching;
        Out.ReceiverDetached();
        _host.Metrics.Reattached();
        _host.Custody.Reattach(this, owner);
    }

    /// <summary>The peer is attached to that activation: of two the higher one stays.</summary>
    public void CompareEpoch(SiloAddress from, PairEpoch epoch, SiloAddress owner)
    {
        if (Route != EndRoute.Attached || epoch == Epoch)
        {
            return;
        }

        if (epoch > Epoch)
        {
            Reattach(Epoch, owner);
        }
        else
        {
            Pair.PortTo(from).Send(LinkFrame.OfEpoch(Pair.Id, Side.Other(), Epoch, Owner!));
        }
    }

    /// <summary>No pair grain was found, or it refused: the pair is over here.</summary>
    public void Lose(string why)
    {
        Pair.Timeline.Add(Side, why, cause: PairCause.NotAttached);
        Route = EndRoute.Lost;
        LosePeer();
    }

    private void Attach(PairEpoch epoch, SiloAddress owner)
    {
        if (epoch > Epoch)
        {
            if (Owner is { } old && !old.Equals(owner))
            {
                Pair.PortTo(old).Send(LinkFrame.OfControl(LinkFrameKind.Detach, Pair.Id, Side, epoch, toOwner: true));
            }

            PeerVersion = 0;
        }

        SetOwner(epoch, owner);
        ReturnCredit();
    }

    private void SetOwner(PairEpoch epoch, SiloAddress owner)
    {
        if (Route == EndRoute.Local || !owner.Equals(Owner))
        {
            _port = Pair.PortTo(owner);
        }

        Epoch = epoch;
        Owner = owner;
        Route = EndRoute.Attached;
    }
}
