using OrleansSockets.Ends;
using OrleansSockets.Rules;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// The relay of a pair, where its grain is active: which ends are attached, and the shared truth of both streams. It buffers nothing: the
/// ends keep what is not acknowledged and send it again when the other side attaches. Guarded by the pair's lock.
/// </summary>
internal sealed class PairRelay(Pair pair, Guid activation, Action finished) : IDisposable
{
    private readonly RelaySide[] _sides = [new(), new()];
    private PairState _state = PairState.Initial;
    private long _version;
    private ITimer? _reattachTimer;
    private bool _hasLeft;

    public PairEpoch Epoch { get; private set; } = new(1, activation);

    public bool IsFinished => _state.IsFinished;

    public bool HasAttached => _sides[0].Port is not null || _sides[1].Port is not null;

    public SiloAddress? Host(Side side) => Of(side).Host;

    /// <summary>An end holds that side, or held it before it was given away again.</summary>
    public bool IsTaken(Side side) => Of(side).Secret is not null;

    /// <summary>Attaches an end.</summary>
    /// <param name="request">What the end says.</param>
    /// <param name="moves">A ticket proves that the end may take over from the one that was here.</param>
    public AttachReply Attach(AttachRequest request, bool moves)
    {
        var side = (Side)request.Side;
        if (_hasLeft && !IsFinished)
        {
            // The call was under way in the grain while its activation ended. Whoever asks again finds the next one.
            pair.Timeline.Add(side, "asked to attach to an activation that had ended");
            return AttachReply.Failed(AttachOutcome.NotHere);
        }

        var own = Of(side);
        if (own.Secret is { } held && held != request.Secret)
        {
            // A request may come twice, the second time long after: it must not win the side back from an end that took it over since.
            if (!moves || own.Replaced?.Contains(request.Secret) == true)
            {
                return AttachReply.Failed(AttachOutcome.AlreadyClaimed);
            }

            (own.Replaced ??= []).Add(held);
        }

        var step = Apply(PairEventKind.Attach, side);
        if (step.Effects.HasFlag(PairEffects.Reject))
        {
            return AttachReply.Failed(AttachOutcome.Gone);
        }

        var bumped = request.KnownEpoch.Counter >= Epoch.Counter && request.KnownEpoch.Activation != Epoch.Activation;
        if (bumped)
        {
            Epoch = Epoch with { Counter = request.KnownEpoch.Counter + 1 };
        }

        own.Attach(request, pair.PortTo(request.Host));
        TakeOverHalf(side, request);
        ExpectPeer(side.Other(), request.PeerHost);
        pair.Timeline.Add(side, $"attached from {request.Host}, epoch {Epoch.Counter}");
        if (Of(side.Other()).Port is not null)
        {
            SendView(side.Other());
        }

        return new AttachReply { Outcome = AttachOutcome.Attached, Epoch = Epoch, Owner = pair.Silo, Peer = View(side) };
    }

    public void Forward(Side from, in PairFrame frame)
    {
        if (frame.IsTerminal)
        {
            Apply(frame.IsDrop ? PairEventKind.AbortSent : PairEventKind.CloseSent, from);
        }

        Of(from.Other()).Port?.Send(LinkFrame.OfData(pair.Id, from, toOwner: false, frame));
    }

    public void Credit(Side from, long consumed, int window, bool finished)
    {
        var side = Of(from);
        side.Consumed = consumed;
        side.Window = window;
        side.ReadsNoMore |= finished;
        Of(from.Other()).Port?.Send(LinkFrame.OfCredit(pair.Id, from, toOwner: false, consumed, window, finished));
        if (finished)
        {
            Apply(PairEventKind.Consumed, from.Other());
        }
    }

    /// <summary>The end attached to another activation.</summary>
    public void Detach(Side side, PairEpoch newer)
    {
        var own = Of(side);
        if (newer > Epoch && own.Port is not null)
        {
            own.Port = null;
            own.Host = null;
            Apply(PairEventKind.Detach, side);
            if (!HasAttached)
            {
                finished();
            }
        }
    }

    /// <summary>Nothing more can be exchanged with that silo.</summary>
    public void LoseSilo(SiloAddress silo, string why, PairCause cause)
    {
        foreach (var side in Sides.Both)
        {
            if (silo.Equals(Of(side).Host))
            {
                Of(side).Port = null;
                LoseHost(side, why, cause);
            }
        }
    }

    /// <summary>
    /// What a living silo sent for one of its ends cannot be taken, or, without a silo, the relay has failed: both ends hear that the other
    /// one is lost.
    /// </summary>
    public void Break(SiloAddress? from, string why)
    {
        var broken = Array.FindIndex(_sides, side => side.Port is not null && (from is null || from.Equals(side.Host)));
        if (broken < 0)
        {
            return;
        }

        NotifyLost(Side.Client);
        NotifyLost(Side.Server);
        pair.Timeline.Add((Side)broken, why, cause: PairCause.Unreadable);
        foreach (var side in Sides.Both)
        {
            if (Of(side).Port is not null)
            {
                Of(side).Port = null;
                Apply(PairEventKind.HostLost, side);
            }
        }
    }

    /// <summary>The released end was not claimed in time.</summary>
    /// <param name="side">Its side.</param>
    /// <param name="secret">The end that was attached there before it was released; if another one is by now, nothing happens.</param>
    public void GiveUp(Side side, Guid secret)
    {
        if (!Withdraw(side, secret))
        {
            Apply(PairEventKind.ClaimTimeout, side);
        }
    }

    /// <summary>The end that is attached there is no more. False: another one is attached, or none.</summary>
    public bool Withdraw(Side side, Guid secret)
    {
        var own = Of(side);
        if (own.Port is null || own.Secret != secret)
        {
            return false;
        }

        own.Port = null;
        Apply(PairEventKind.HostLost, side);
        return true;
    }

    /// <summary>Attaches an end that its home has handed over, and that takes itself for attached already.</summary>
    public void AttachAdopted(AttachRequest other)
    {
        if (_hasLeft)
        {
            SendAway((Side)other.Side, pair.PortTo(other.Host));
        }
        else
        {
            Attach(other, moves: false);
        }
    }

    /// <summary>The grain goes: both ends attach again, to its next activation.</summary>
    public void Leave()
    {
        foreach (var side in Sides.Both)
        {
            if (Of(side).Port is { } port)
            {
                SendAway(side, port);
            }
        }
    }

    /// <summary>Nobody attaches here any more.</summary>
    public void Dispose()
    {
        _hasLeft = true;
        _reattachTimer?.Dispose();
    }

    private RelaySide Of(Side side) => _sides[(int)side];

    private void SendAway(Side side, IPairPort port) => port.Send(LinkFrame.OfControl(LinkFrameKind.Leaving, pair.Id, side, Epoch));

    // The other end was attached to an earlier activation. It may have finished there: its last word went down with that one, so ask. If
    // its host does not know either, the timer ends the wait.
    private void ExpectPeer(Side side, SiloAddress? host)
    {
        var own = Of(side);
        if (host is null || own.Host is not null)
        {
            return;
        }

        own.Host = host;
        if (pair.IsDead(host))
        {
            LoseHost(side, $"its node {host.Endpoint} is lost", PairCause.NodeLost);
            return;
        }

        pair.PortTo(host).Send(LinkFrame.OfControl(LinkFrameKind.Missing, pair.Id, side, Epoch));
        if (_reattachTimer is null && pair.Host.Options.ReattachTimeout is var limit && limit > TimeSpan.Zero)
        {
            _reattachTimer = pair.StartTimer("a pair's ReattachTimeout", limit, () => ReattachTimedOut(limit));
        }
    }

    private void ReattachTimedOut(TimeSpan limit)
    {
        using (pair.Gate.Enter())
        {
            foreach (var side in Sides.Both)
            {
                if (pair.Relay == this && Of(side).Port is null)
                {
                    pair.Timeline.Add(side, $"did not attach again within ReattachTimeout ({limit})", cause: PairCause.NotAttached);
                    Apply(PairEventKind.ReattachTimeout, side);
                }
            }
        }
    }

    private void LoseHost(Side side, string why, PairCause cause)
    {
        pair.Timeline.Add(side, why, cause: cause);
        Apply(PairEventKind.HostLost, side);
    }

    private PairStep Apply(PairEventKind kind, Side side)
    {
        var step = PairMachine.Apply(_state, new PairEvent(kind, side));
        _state = step.State;
        if (step.Effects.HasFlag(PairEffects.NotifyLostToClient))
        {
            NotifyLost(Side.Client);
        }

        if (step.Effects.HasFlag(PairEffects.NotifyLostToServer))
        {
            NotifyLost(Side.Server);
        }

        if (step.Effects.HasFlag(PairEffects.Finish))
        {
            TellReadsNoMore();
            finished();
        }

        return step;
    }

    // An end whose last word nobody will consume would keep it for ever: its peer was lost after it had gone itself, and has told it
    // nothing.
    private void TellReadsNoMore()
    {
        foreach (var side in Sides.Both)
        {
            var peer = Of(side.Other());
            if (Of(side).Port is not null && !peer.ReadsNoMore)
            {
                peer.ReadsNoMore = true;
                SendView(side);
            }
        }
    }

    private void NotifyLost(Side side)
    {
        Of(side.Other()).Lost = true;
        if (Of(side).Port is not null)
        {
            SendView(side);
        }
    }

    private void TakeOverHalf(Side side, AttachRequest request)
    {
        if (request.OutEnded)
        {
            Apply(request.OutAborted ? PairEventKind.AbortSent : PairEventKind.CloseSent, side);
        }

        if (request.OutFinished)
        {
            Apply(PairEventKind.Consumed, side);
        }

        if (request.InFinished)
        {
            Apply(PairEventKind.Consumed, side.Other());
        }
    }

    private PeerView View(Side side)
    {
        var peer = Of(side.Other());
        return new PeerView(++_version, peer.Port is null ? null : peer.Host, peer.Consumed, peer.Window, peer.ReadsNoMore, peer.Lost);
    }

    private void SendView(Side side) => Of(side).Port?.Send(LinkFrame.OfView(pair.Id, side, Epoch, pair.Silo, View(side)));
}
