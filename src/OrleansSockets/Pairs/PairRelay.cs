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

    public bool HasAttached => _sides[0].Attached || _sides[1].Attached;

    public SiloAddress? Host(int side) => _sides[side].Host;

    /// <summary>An end holds that side, or held it before it was given away again.</summary>
    public bool IsTaken(int side) => _sides[side].Secret is not null;

    /// <summary>Attaches an end.</summary>
    /// <param name="request">What the end says.</param>
    /// <param name="moves">A ticket proves that the end may take over from the one that was here.</param>
    public AttachReply Attach(AttachRequest request, bool moves)
    {
        if (_hasLeft && !IsFinished)
        {
            // The call was under way in the grain while its activation ended. Whoever asks again finds the next one.
            pair.Timeline.Add(request.Side, "asked to attach to an activation that had ended");
            return AttachReply.Failed(AttachOutcome.NotHere);
        }

        var side = _sides[request.Side];
        if (side.Secret is { } held && held != request.Secret)
        {
            // A request may come twice, the second time long after: it must not win the side back from an end that took it over since.
            if (!moves || side.Replaced?.Contains(request.Secret) == true)
            {
                return AttachReply.Failed(AttachOutcome.AlreadyClaimed);
            }

            (side.Replaced ??= []).Add(held);
        }

        var step = Apply(PairEventKind.Attach, request.Side);
        if (step.Effects.HasFlag(PairEffects.Reject))
        {
            return AttachReply.Failed(AttachOutcome.Gone);
        }

        var bumped = request.KnownEpoch.Counter >= Epoch.Counter && request.KnownEpoch.Activation != Epoch.Activation;
        if (bumped)
        {
            Epoch = Epoch with { Counter = request.KnownEpoch.Counter + 1 };
        }

        side.Secret = request.Secret;
        side.Host = request.Host;
        side.Attached = true;
        side.Consumed = request.Consumed;
        side.Window = request.Window;
        side.ReadsNoMore = request.InFinished;
        TakeOverHalf(request);

        var other = _sides[1 - request.Side];
        if (!other.Attached && other.Host is null && request.PeerHost is { } expected)
        {
            other.Host = expected;
            if (pair.Hub.IsDead(expected))
            {
                HostLost(1 - request.Side, $"its node {expected.Endpoint} is lost", PairCause.NodeLost);
            }
            else
            {
                ExpectOther(1 - request.Side, expected);
            }
        }

        pair.Timeline.Add(request.Side, $"attached from {request.Host}, epoch {Epoch.Counter}");
        if (other.Attached)
        {
            SendView(1 - request.Side);
        }

        return new AttachReply { Outcome = AttachOutcome.Attached, Epoch = Epoch, Owner = pair.Hub.Silo, Peer = View(request.Side) };
    }

    public void Forward(int from, in PairFrame frame)
    {
        if (frame.IsTerminal)
        {
            Apply(frame.IsDrop ? PairEventKind.AbortSent : PairEventKind.CloseSent, from);
        }

        var to = _sides[1 - from];
        if (!to.Attached)
        {
            return;
        }

        if (to.Host!.Equals(pair.Hub.Silo))
        {
            pair.Deliver(1 - from, frame);
        }
        else
        {
            pair.Hub.Links.Send(to.Host, LinkFrame.OfData(pair.Id, from, toOwner: false, frame));
        }
    }

    public void Credit(int from, long consumed, int window, bool finished)
    {
        var side = _sides[from];
        side.Consumed = consumed;
        side.Window = window;
        side.ReadsNoMore |= finished;
        var to = _sides[1 - from];
        if (to.Attached)
        {
            if (to.Host!.Equals(pair.Hub.Silo))
            {
                pair.Credit(1 - from, consumed, window, finished);
            }
            else
            {
                pair.Hub.Links.Send(to.Host, LinkFrame.OfCredit(pair.Id, from, toOwner: false, consumed, window, finished));
            }
        }

        if (finished)
        {
            Apply(PairEventKind.Consumed, 1 - from);
        }
    }

    /// <summary>The end attached to another activation.</summary>
    public void Detach(int side, PairEpoch newer)
    {
        if (newer > Epoch && _sides[side].Attached)
        {
            _sides[side].Attached = false;
            _sides[side].Host = null;
            Apply(PairEventKind.Detach, side);
            if (!HasAttached)
            {
                finished();
            }
        }
    }

    public void SiloLost(SiloAddress silo, string why, PairCause cause)
    {
        for (var side = 0; side < 2; side++)
        {
            if (silo.Equals(_sides[side].Host))
            {
                _sides[side].Attached = false;
                HostLost(side, why, cause);
            }
        }
    }

    /// <summary>
    /// What a living silo sent for one of its ends cannot be taken, or, without a silo, the relay has failed: both ends hear that the other
    /// one is lost.
    /// </summary>
    public void Break(SiloAddress? from, string why)
    {
        if (Array.FindIndex(_sides, side => side.Attached && (from is null || from.Equals(side.Host))) is not (>= 0 and var broken))
        {
            return;
        }

        NotifyLost(0);
        NotifyLost(1);
        pair.Timeline.Add(broken, why, cause: PairCause.Unreadable);
        for (var side = 0; side < 2; side++)
        {
            if (_sides[side].Attached)
            {
                _sides[side].Attached = false;
                Apply(PairEventKind.HostLost, side);
            }
        }
    }

    /// <summary>The released end was not claimed in time.</summary>
    /// <param name="side">Its side.</param>
    /// <param name="secret">The end that was attached there before it was released; if another one is by now, nothing happens.</param>
    public void GiveUp(int side, Guid secret)
    {
        if (!Withdraw(side, secret))
        {
            Apply(PairEventKind.ClaimTimeout, side);
        }
    }

    /// <summary>The end that is attached there is no more. False: another one is attached, or none.</summary>
    public bool Withdraw(int side, Guid secret)
    {
        if (!_sides[side].Attached || _sides[side].Secret != secret)
        {
            return false;
        }

        _sides[side].Attached = false;
        Apply(PairEventKind.HostLost, side);
        return true;
    }

    /// <summary>Attaches an end that its home has handed over, and that takes itself for attached already.</summary>
    public void AttachAdopted(AttachRequest other)
    {
        if (_hasLeft)
        {
            SendAway(other.Side, other.Host);
        }
        else
        {
            Attach(other, moves: false);
        }
    }

    /// <summary>The grain goes: both ends attach again, to its next activation.</summary>
    public void Leave()
    {
        for (var side = 0; side < 2; side++)
        {
            if (_sides[side].Attached)
            {
                SendAway(side, _sides[side].Host!);
            }
        }
    }

    /// <summary>Nobody attaches here any more.</summary>
    public void Dispose()
    {
        _hasLeft = true;
        _reattachTimer?.Dispose();
    }

    private void SendAway(int side, SiloAddress host)
    {
        if (host.Equals(pair.Hub.Silo))
        {
            pair.Hub.Attachments.OwnerLeaves(pair, side, Epoch);
        }
        else
        {
            pair.Hub.Links.Send(host, LinkFrame.OfControl(LinkFrameKind.Leaving, pair.Id, side, Epoch));
        }
    }

    // The other end was attached to an earlier activation. It may have finished there: its last word went down with that one, so ask. If
    // its host does not know either, the timer ends the wait.
    private void ExpectOther(int side, SiloAddress host)
    {
        if (host.Equals(pair.Hub.Silo))
        {
            pair.Hub.Attachments.Answer(pair.Id, pair, side, Epoch, pair.Hub.Silo);
        }
        else
        {
            pair.Hub.Links.Send(host, LinkFrame.OfControl(LinkFrameKind.Missing, pair.Id, side, Epoch));
        }

        if (_reattachTimer is null && pair.Hub.Options.ReattachTimeout is var limit && limit > TimeSpan.Zero)
        {
            _reattachTimer = pair.Hub.StartTimer(pair, "a pair's ReattachTimeout", limit, () => ReattachTimedOut(limit));
        }
    }

    private void ReattachTimedOut(TimeSpan limit)
    {
        lock (pair.Gate)
        {
            for (var side = 0; side < 2 && pair.Relay == this; side++)
            {
                if (!_sides[side].Attached)
                {
                    pair.Timeline.Add(side, $"did not attach again within ReattachTimeout ({limit})", cause: PairCause.NotAttached);
                    Apply(PairEventKind.ReattachTimeout, side);
                }
            }
        }
    }

    private void HostLost(int side, string why, PairCause cause)
    {
        pair.Timeline.Add(side, why, cause: cause);
        Apply(PairEventKind.HostLost, side);
    }

    private PairStep Apply(PairEventKind kind, int side)
    {
        var step = PairMachine.Apply(_state, new PairEvent(kind, side));
        _state = step.State;
        if (step.Effects.HasFlag(PairEffects.NotifyLostToClient))
        {
            NotifyLost(0);
        }

        if (step.Effects.HasFlag(PairEffects.NotifyLostToServer))
        {
            NotifyLost(1);
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
        for (var side = 0; side < 2; side++)
        {
            if (_sides[side].Attached && !_sides[1 - side].ReadsNoMore)
            {
                _sides[1 - side].ReadsNoMore = true;
                SendView(side);
            }
        }
    }

    private void NotifyLost(int side)
    {
        _sides[1 - side].Lost = true;
        if (_sides[side].Attached)
        {
            SendView(side);
        }
    }

    private void TakeOverHalf(AttachRequest request)
    {
        if (request.OutEnded)
        {
            Apply(request.OutAborted ? PairEventKind.AbortSent : PairEventKind.CloseSent, request.Side);
        }

        if (request.OutFinished)
        {
            Apply(PairEventKind.Consumed, request.Side);
        }

        if (request.InFinished)
        {
            Apply(PairEventKind.Consumed, 1 - request.Side);
        }
    }

    private PeerView View(int side)
    {
        var peer = _sides[1 - side];
        return new PeerView(++_version, peer.Attached ? peer.Host : null, peer.Consumed, peer.Window, peer.ReadsNoMore, peer.Lost);
    }

    private void SendView(int side)
    {
        var view = View(side);
        if (_sides[side].Host!.Equals(pair.Hub.Silo))
        {
            pair.ApplyView(side, Epoch, pair.Hub.Silo, view);
        }
        else
        {
            pair.Hub.Links.Send(_sides[side].Host!, LinkFrame.OfView(pair.Id, side, Epoch, pair.Hub.Silo, view));
        }
    }

    private sealed class RelaySide
    {
        public Guid? Secret { get; set; }

        /// <summary>The ends that were here before the one that is.</summary>
        public List<Guid>? Replaced { get; set; }

        public SiloAddress? Host { get; set; }

        public bool Attached { get; set; }

        public long Consumed { get; set; }

        public int Window { get; set; }

        public bool ReadsNoMore { get; set; }

        public bool Lost { get; set; }
    }
}
