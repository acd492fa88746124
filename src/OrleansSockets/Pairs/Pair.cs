using OrleansSockets.Rules;
using OrleansSockets.Links;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// The live object of a pair on one silo: the ends that live here, and the relay if the pair grain does. One lock guards them all, so a
/// relay inside a silo is a method call. User code and I/O never run under the lock.
/// </summary>
internal sealed class Pair(PairHub hub, PairId id)
{
    private readonly End?[] _ends = new End?[2];
    private readonly ReleasedEnd?[] _released = new ReleasedEnd?[2];

    public Lock Gate { get; } = new();

    public PairId Id { get; } = id;

    public PairHub Hub { get; } = hub;

    public PairRelay? Relay { get; set; }

    public PairTimeline Timeline { get; } = new(hub.Clock);

    /// <summary>Where the pair grain should live, for a pair that was constructed here.</summary>
    public SiloAddress? Placement { get; init; }

    public End? this[int side] => _ends[side];

    /// <summary>Nothing is left to do here.</summary>
    public bool IsDone => Relay is null && IsSideDone(0) && IsSideDone(1);

    public End AddEnd(int side, EndSettings settings)
    {
        var end = new End(this, side, settings, Hub.Options.InitialWindow);
        _ends[side] = end;
        return end;
    }

    public void RemoveEnd(int side) => _ends[side] = null;

    public ReleasedEnd? Released(int side) => _released[side];

    /// <summary>The end is given away: what its peer sends waits in the peer's stream and goes to the new place.</summary>
    public ReleasedEnd Release(int side, DateTimeOffset deadline)
    {
        _ends[side] = null;
        _ends[1 - side]?.Out.ReceiverDetached();
        return _released[side] = new ReleasedEnd(deadline);
    }

    /// <summary>Queues a frame of a local end and sends what may go.</summary>
    public void Send(End end, PairFrame frame)
    {
        if (frame.IsTerminal && !end.Out.HasEnded)
        {
            var closed = frame.Kind == PairFrameKind.Close;
            int? code = frame.Code is 0 or PairFrame.NoCode || (!closed && frame.Code is CloseCode.Abnormal) ? null : frame.Code;
            Timeline.Add(end.Side, closed ? "sent Close" : "gone without Close", code, closed ? PairCause.Closed : PairCause.Gone);
            CountFinished(end, closed ? "closed" : end.State.Failed ? "failed" : "dropped");
        }

        end.Out.Enqueue(frame);
        Pump(end);
    }

    /// <summary>
    /// The peer's client is gone: behind what the end has said nothing follows. It is no news of this end, so nothing is noted.
    /// </summary>
    public void EndOutput(End end)
    {
        end.Out.Enqueue(PairFrame.Drop());
        Pump(end);
    }

    /// <summary>Queues a message in chunks. The bytes must not change any more. False: the silo's budget is met.</summary>
    public bool SendMessage(End end, bool isText, ReadOnlyMemory<byte> bytes)
    {
        if (end.Out.HasEnded || end.Out.IsFinished)
        {
            return true;
        }

        CountedPayload? counted = null;
        if (bytes.Length > PairFrame.MaxChunk || CountedPayload.Of(bytes) is not null)
        {
            counted = CountedPayload.TryHold(Hub.Budget, bytes);
            if (counted is null)
            {
                return false;
            }

            bytes = counted.Memory;
        }
        else if (!end.Out.HasBudgetFor(bytes.Length))
        {
            return false;
        }

        var kind = isText ? PairFrameKind.Text : PairFrameKind.Binary;
        var first = true;
        do
        {
            var chunk = bytes[..Math.Min(bytes.Length, PairFrame.MaxChunk)];
            bytes = bytes[chunk.Length..];
            end.Out.Enqueue(new PairFrame(0, kind, first, bytes.IsEmpty, 0, chunk));
            first = false;
        }
        while (!bytes.IsEmpty);
        counted?.Release();
        Pump(end);
        return true;
    }

    /// <summary>Queues a Ping of a local end's client.</summary>
    public void SendPing(End end, ReadOnlyMemory<byte> payload)
    {
        end.Out.EnqueuePing(payload);
        Pump(end);
    }

    /// <summary>
    /// The end's consumer hears nothing of Pings: it acknowledges all that are next, and their sender takes that for the answer.
    /// </summary>
    public void ConsumePings(End end)
    {
        if (end.In.ConsumePings())
        {
            ReturnCredit(end);
        }
    }

    /// <summary>From now on what arrives goes to <paramref name="consumer"/>; what has arrived before comes first.</summary>
    public void Consume(End end, IEndConsumer consumer)
    {
        end.Consumer = consumer;
        end.In.Open();
        if (end.In.Waiting > 0)
        {
            consumer.Signal();
        }

        ReturnCredit(end);
    }

    public void Pump(End end)
    {
        if (end.Out.CanSend && end.Route != EndRoute.Local && !end.Owner!.Equals(Hub.Silo))
        {
            var frames = new OutFrames(this, end);
            Hub.Links.Send(end.Owner, ref frames);
        }

        while (end.Out.TryNext(out var frame))
        {
            RouteFrame(end, frame);
        }

        if (end.RoomWaiter is not null && end.Out.QueuedBytes < end.RoomLimit)
        {
            end.SignalRoom();
        }
    }

    /// <summary>A frame from the other side arrives at a local end.</summary>
    public void Deliver(int side, in PairFrame frame)
    {
        if (_ends[side] is not { } end)
        {
            return;
        }

        if (frame.IsDrop)
        {
            // Nobody is left to read what this end still has.
            PeerGone(end);
        }

        if (end.In.Receive(frame))
        {
            end.Consumer?.Signal();
        }

        ReturnCredit(end);
    }

    /// <summary>The other side consumed up to <paramref name="consumed"/>.</summary>
    public void Credit(int side, long consumed, int window, bool finished)
    {
        if (_ends[side] is not { } end)
        {
            return;
        }

        end.Out.Acknowledge(consumed, window);
        while (end.Out.TryTakePong(out var payload))
        {
            if (end.In.ReceivePong(payload))
            {
                end.Consumer?.Signal();
            }
        }

        if (finished && !end.Out.IsFinished)
        {
            PeerGone(end);
            if (end.State.In)
            {
                end.State = EndMachine.ReceiveDrop(end.State).State;
            }
        }

        Pump(end);
        Hub.RemoveIfDone(this);
    }

    /// <summary>The end's consumer is done with an item that it took.</summary>
    public void Consumed(End end, in ReceivedItem item)
    {
        end.In.Consume(item);
        ReturnCredit(end);
    }

    /// <summary>The end reads no more: its listener failed, or its socket is gone.</summary>
    public void StopReading(End end)
    {
        end.In.Discard();
        ReturnCredit(end);
    }

    /// <summary>What the peer has begun to say takes too much or too long: both sides see a Close with 1013.</summary>
    public void CloseUnfinished(End end, string why, string outcome)
    {
        Timeline.Add(end.Side, $"closed for an unfinished message of the other end: {why}", CloseCode.TryAgainLater, PairCause.Unfinished);
        Hub.Metrics.BudgetMet(outcome);
        var close = PairFrame.Close(CloseCode.TryAgainLater, "A message was not finished."u8.ToArray());
        if (end.State is { Out: false, Aborted: false, Failed: false, Phase: EndPhase.Accepted })
        {
            end.State = end.State with { Out = true };
        }

        Send(end, close);
        if (end.In.ReceiveOwn(close))
        {
            end.Consumer?.Signal();
        }

        ReturnCredit(end);
    }

    /// <summary>The budget has room again for what the peer has begun to say.</summary>
    public void ResumeUnfinished(End end)
    {
        end.In.CreditUnfinished();
        ReturnCredit(end);
    }

    /// <summary>
    /// The end's Close comes before anybody has come to the other one: it is answered here, and nobody will come any more.
    /// </summary>
    public void AnswerAlone(End end, in PairFrame close)
    {
        if (Abandon(end) && end.In.ReceiveOwn(close))
        {
            end.Consumer?.Signal();
        }
    }

    /// <summary>The end is gone before anybody has come to the other one. False: that was said before.</summary>
    public bool Abandon(End end)
    {
        if (end.Route == EndRoute.Lost)
        {
            return false;
        }

        Timeline.Add(end.Side, "left before the other end came", cause: PairCause.Gone);
        CountFinished(end, "unmet");
        end.Route = EndRoute.Lost;
        end.Out.Discard();
        end.SignalRoom();
        Hub.Claims.Abandon(end);
        return true;
    }

    /// <summary>The end is attached to that activation.</summary>
    public void Attach(End end, PairEpoch epoch, SiloAddress owner)
    {
        if (epoch > end.Epoch)
        {
            if (end.Owner is { } old && !old.Equals(owner))
            {
                Hub.Attachments.LeaveOwner(end, old, epoch);
            }

            end.PeerVersion = 0;
        }

        end.Epoch = epoch;
        end.Owner = owner;
        end.Route = EndRoute.Attached;
        ReturnCredit(end);
    }

    public void ApplyView(int side, PairEpoch epoch, SiloAddress owner, in PeerView view)
    {
        if (_ends[side] is not { } end || epoch < end.Epoch || (epoch == end.Epoch && view.Version <= end.PeerVersion))
        {
            return;
        }

        Attach(end, epoch, owner);
        end.PeerVersion = view.Version;
        if (view.Lost)
        {
            PeerLost(end);
            return;
        }

        if (view.Host is null)
        {
            end.Out.ReceiverDetached();
            if (view.ReadsNoMore)
            {
                Credit(side, view.Consumed, view.Window, finished: true);
            }

            return;
        }

        end.PeerHost = view.Host;
        end.PeerKnown.Set();
        end.Out.ReceiverAttached(view.Consumed, view.Window);
        Credit(side, view.Consumed, view.Window, view.ReadsNoMore);
    }

    /// <summary>Nobody has got the other end, and nobody will: this one sees 1006.</summary>
    public void LoseUnclaimedPeer(End end, string why)
    {
        if (end.Route == EndRoute.Local && _ends[1 - end.Side] is { State.Phase: EndPhase.Pending })
        {
            Timeline.Add(1 - end.Side, why, cause: PairCause.NotClaimed);
            PeerLost(end);
        }
    }

    /// <summary>The peer is gone for good: the end sees 1006 behind what had arrived.</summary>
    public void PeerLost(End end)
    {
        Timeline.Add(end.Side, "peer lost", cause: PairCause.PeerLost);
        CountFinished(end, "lost");
        PeerGone(end);
        end.PeerKnown.Set();
        if (end.In.ReceiveLost())
        {
            end.Consumer?.Signal();
        }

        Hub.RemoveIfDone(this);
    }

    /// <summary>What the peer sent cannot be taken: the end sees 1006 behind what had arrived, and the peer sees 1006, too.</summary>
    public void Break(End end, string why)
    {
        Timeline.Add(1 - end.Side, why, cause: PairCause.Unreadable);
        CountFinished(end, "lost");
        if (!end.Out.HasEnded)
        {
            EndOutput(end);
        }

        if (end.In.ReceiveLost())
        {
            end.Consumer?.Signal();
        }

        ReturnCredit(end);
    }

    // What an end says after it was lost, or that its peer is lost after it has said its last word, is no second end.
    private void CountFinished(End end, string outcome)
    {
        if (!end.IsCounted)
        {
            end.IsCounted = true;
            Hub.Metrics.EndFinished(outcome);
        }
    }

    // An end that attaches is not done before its attach has told what it consumed.
    private bool IsSideDone(int side) =>
        _ends[side] is null or { IsDone: true, Route: not EndRoute.Attaching } && _released[side] is not { IsWaiting: true };

    private static void PeerGone(End end)
    {
        end.PeerGone.Set();
        end.Out.Discard();
        end.SignalRoom();
        end.Consumer?.Signal();
    }

    private void ReturnCredit(End end)
    {
        // While it is not attached nobody takes credit. It stays due until the end is attached again: what the attach itself says may be
        // older.
        if (end.Route is not (EndRoute.Attaching or EndRoute.Lost) && end.In.TakeCreditDue(Hub.Budget.Window))
        {
            SendCredit(end, end.In.Consumed, end.In.Granted, end.In.IsFinished);
        }

        if (end.In.IsFinished)
        {
            Hub.RemoveIfDone(this);
        }
    }

    private void SendCredit(End end, long consumed, int window, bool finished)
    {
        if (end.Route == EndRoute.Local)
        {
            Credit(1 - end.Side, consumed, window, finished);
        }
        else if (end.Owner!.Equals(Hub.Silo))
        {
            Relay?.Credit(end.Side, consumed, window, finished);
        }
        else
        {
            Hub.Links.Send(end.Owner!, LinkFrame.OfCredit(Id, end.Side, toOwner: true, consumed, window, finished));
        }
    }

    private void RouteFrame(End end, in PairFrame frame)
    {
        if (end.Route == EndRoute.Local)
        {
            Deliver(1 - end.Side, frame);
        }
        else if (end.Owner!.Equals(Hub.Silo))
        {
            Relay?.Forward(end.Side, frame);
        }

        // Else there is no link to that silo any more, and nobody misses the frame.
    }

    /// <summary>What an end may send now, for the link to its pair grain.</summary>
    private readonly struct OutFrames(Pair pair, End end) : ILinkFrames
    {
        public bool TryNext(out LinkFrame frame)
        {
            var any = end.Out.TryNext(out var next);
            frame = any ? LinkFrame.OfData(pair.Id, end.Side, toOwner: true, next) : default;
            return any;
        }
    }
}
