using OrleansSockets.Deployments;
using OrleansSockets.Ends;
using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// The live object of a pair on one silo: the ends that live here, and the relay if the pair grain does. One lock guards them all, so a
/// relay inside a silo is a method call. User code and I/O never run under the lock.
/// </summary>
internal sealed class Pair(PairHub hub, PairId id) : IPair
{
    private readonly End?[] _ends = new End?[2];
    private readonly ReleasedEnd?[] _released = new ReleasedEnd?[2];

    public PairGate Gate { get; } = new();

    public PairId Id { get; } = id;

    public EndHost Host => hub.Host;

    public SiloAddress Silo => hub.Silo;

    /// <inheritdoc cref="PairHub.IsDead"/>
    public bool IsDead(SiloAddress silo) => hub.IsDead(silo);

    public PairRelay? Relay { get; private set; }

    public PairTimeline Timeline { get; } = new(hub.Host.Clock);

    /// <summary>Where the pair grain should live, for a pair that was constructed here.</summary>
    public SiloAddress? Placement { get; init; }

    /// <summary>The ends that live here.</summary>
    public IEnumerable<End> Ends => _ends.OfType<End>();

    /// <summary>Nothing is left to do here.</summary>
    public bool IsDone => Relay is null && IsSideDone(Side.Client) && IsSideDone(Side.Server);

    /// <summary>Nothing is under way here.</summary>
    public bool IsQuiet
    {
        get
        {
            using (Gate.Enter())
            {
                return _ends[0] is not { IsQuiet: false } && _ends[1] is not { IsQuiet: false };
            }
        }
    }

    public End? this[Side side] => _ends[(int)side];

    public End AddEnd(Side side, EndSettings settings) => _ends[(int)side] = new End(this, side, settings);

    public void RemoveEnd(Side side) => _ends[(int)side] = null;

    public ReleasedEnd? Released(Side side) => _released[(int)side];

    /// <summary>The end is given away: what its peer sends waits in the peer's stream and goes to the new place.</summary>
    public ReleasedEnd Release(Side side, DateTimeOffset deadline)
    {
        _ends[(int)side] = null;
        this[side.Other()]?.Out.ReceiverDetached();
        return _released[(int)side] = new ReleasedEnd(deadline);
    }

    /// <summary>The pair grain is active here from now on.</summary>
    public PairRelay StartRelay(Action finished)
    {
        Timeline.Add(null, $"pair grain active on {Silo}");
        return Relay = new PairRelay(this, Guid.NewGuid(), finished);
    }

    /// <summary>The pair grain's activation ends.</summary>
    public void StopRelay(PairRelay relay)
    {
        relay.Dispose();
        if (Relay != relay)
        {
            return;
        }

        Relay = null;
        Timeline.Add(null, $"pair grain left {Silo}");
        if (!relay.IsFinished)
        {
            relay.Leave();
        }

        RemoveIfDone();
    }

    public IPairPort PortTo(SiloAddress silo) => silo.Equals(hub.Silo) ? this : hub.PortTo(silo);

    public void RemoveIfDone() => hub.RemoveIfDone(this);

    public ITimer StartTimer(string work, TimeSpan due, Action callback) => Host.Timers.Create(
        Host.Clock, work, callback, due, Timeout.InfiniteTimeSpan, failed: () => Break(null, $"a fault in {work}"));

    /// <summary>What another silo, or this one, says to an end or to the relay here.</summary>
    public void Receive(SiloAddress from, in LinkFrame frame)
    {
        if (!frame.ToOwner)
        {
            ReceiveForEnd(from, frame);
            return;
        }

        if (Relay is null)
        {
            AnswerStale(PortTo(from), frame);
            return;
        }

        switch (frame.Kind)
        {
            case LinkFrameKind.Data:
                Relay.Forward(frame.Side, frame.Frame);
                break;
            case LinkFrameKind.Credit:
                Relay.Credit(frame.Side, frame.View.Consumed, frame.View.Window, frame.View.ReadsNoMore);
                break;
            case LinkFrameKind.Detach:
                Relay.Detach(frame.Side, frame.Epoch);
                break;
        }
    }

    /// <summary>The relay of a frame is not on this silo: its sender attaches again.</summary>
    /// <param name="back">The way to the sender.</param>
    /// <param name="frame">A finished pair's last credit may come after its relay went: nothing to attach for.</param>
    public static void AnswerStale(IPairPort back, in LinkFrame frame)
    {
        if (frame.Kind == LinkFrameKind.Data || (frame.Kind == LinkFrameKind.Credit && !frame.View.ReadsNoMore))
        {
            back.Send(LinkFrame.OfControl(LinkFrameKind.Stale, frame.Pair, frame.Side, PairEpoch.None));
        }
    }

    void IPairPort.Send(in LinkFrame frame) => Receive(hub.Silo, frame);

    void IPairPort.Pump(End end)
    {
        while (end.Out.TryNext(out var frame))
        {
            if (end.IsAttached)
            {
                Relay?.Forward(end.Side, frame);
            }
            else
            {
                this[end.Side.Other()]?.Receive(frame);
            }
        }
    }

    /// <summary>Nobody has got the other end, and nobody will: this one sees 1006.</summary>
    public void LoseUnclaimedPeer(Side side, string why)
    {
        var peer = side.Other();
        if (this[side] is { IsAttached: false } end && this[peer] is { State.Phase: EndPhase.Pending })
        {
            Timeline.Add(peer, why, cause: PairCause.NotClaimed);
            end.LosePeer();
        }
    }

    /// <summary>Nothing more can be exchanged with that silo.</summary>
    public void LoseSilo(SiloAddress lost, string why, PairCause cause)
    {
        using (Gate.Enter())
        {
            Relay?.LoseSilo(lost, why, cause);
            foreach (var end in Ends)
            {
                end.LoseOwner(lost, why, cause);
            }
        }
    }

    /// <summary>What came of one silo, or without one, all of the pair that is here, cannot go on: both sides see 1006.</summary>
    public void Break(SiloAddress? from, string why)
    {
        using (Gate.Enter())
        {
            Relay?.Break(from, why);
            foreach (var end in Ends)
            {
                if (!end.IsDone && (from is null || from.Equals(end.Owner)))
                {
                    end.Break(why);
                }
            }
        }
    }

    /// <summary>What this silo knows of the pair. Called under the pair's lock.</summary>
    public PairHostSnapshot Describe() => new(Silo, [.. Ends.Select(end => end.Describe())], Timeline.ToArray(), IsDone);

    private void ReceiveForEnd(SiloAddress from, in LinkFrame frame)
    {
        var side = frame.Kind is LinkFrameKind.Data or LinkFrameKind.Credit ? frame.Side.Other() : frame.Side;
        if (frame.Kind == LinkFrameKind.Missing)
        {
            AnswerMissing(from, frame);
            return;
        }

        if (this[side] is not { } end)
        {
            return;
        }

        switch (frame.Kind)
        {
            case LinkFrameKind.Data:
                end.Receive(frame.Frame);
                break;
            case LinkFrameKind.Credit:
                end.Acknowledge(frame.View.Consumed, frame.View.Window, frame.View.ReadsNoMore);
                break;
            case LinkFrameKind.View:
                end.Apply(frame.Epoch, frame.Owner!, frame.View);
                break;
            case LinkFrameKind.Leaving:
                end.LeaveActivation(frame.Epoch);
                break;
            case LinkFrameKind.Stale when from.Equals(end.Owner):
                end.Reattach(end.Epoch);
                break;
            case LinkFrameKind.Epoch:
                end.CompareEpoch(from, frame.Epoch, frame.Owner!);
                break;
        }
    }

    // A relay asks for an end that an earlier activation had: it comes, or has consumed all there is and says so again.
    private void AnswerMissing(SiloAddress relay, in LinkFrame frame)
    {
        if (this[frame.Side] is { IsDone: false } end)
        {
            if (frame.Epoch > end.Epoch)
            {
                end.Reattach(end.Epoch, relay);
            }
        }
        else if (this[frame.Side] is not null || hub.HasFinished(Id, frame.Side))
        {
            PairHub.AnswerFinished(PortTo(relay), Id, frame.Side);
        }
    }

    // An end that attaches is not done before its attach has told what it consumed.
    private bool IsSideDone(Side side) =>
        this[side] is null or { IsDone: true, Route: not EndRoute.Attaching } && Released(side) is not { IsWaiting: true };
}
