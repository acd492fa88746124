using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <content>The two streams: what goes out, what arrives, and what is acknowledged.</content>
internal sealed partial class End
{
    /// <summary>Queues a frame and sends what may go.</summary>
    public void Send(in PairFrame frame)
    {
        if (frame.IsTerminal && !Out.HasEnded)
        {
            var closed = frame.Kind == PairFrameKind.Close;
            int? code = frame.Code is 0 or PairFrame.NoCode || (!closed && frame.Code is CloseCode.Abnormal) ? null : frame.Code;
            Pair.Timeline.Add(Side, closed ? "sent Close" : "gone without Close", code, closed ? PairCause.Closed : PairCause.Gone);
            CountFinished(closed ? "closed" : State.Failed ? "failed" : "dropped");
        }

        Out.Enqueue(frame);
        Pump();
    }

    /// <summary>Queues a message in chunks. The bytes must not change any more. False: the silo's budget is met.</summary>
    public bool SendMessage(bool isText, ReadOnlyMemory<byte> bytes)
    {
        if (Out.HasEnded || Out.IsFinished)
        {
            return true;
        }

        CountedPayload? counted = null;
        if (bytes.Length > PairFrame.MaxChunk || CountedPayload.Of(bytes) is not null)
        {
            counted = CountedPayload.TryHold(_host.Budget, bytes);
            if (counted is null)
            {
                return false;
            }

            bytes = counted.Memory;
        }
        else if (!Out.HasBudgetFor(bytes.Length))
        {
            return false;
        }

        var kind = isText ? PairFrameKind.Text : PairFrameKind.Binary;
        var first = true;
        do
        {
            var chunk = bytes[..Math.Min(bytes.Length, PairFrame.MaxChunk)];
            bytes = bytes[chunk.Length..];
            Out.Enqueue(new PairFrame(0, kind, first, bytes.IsEmpty, 0, chunk));
            first = false;
        }
        while (!bytes.IsEmpty);
        counted?.Release();
        Pump();
        return true;
    }

    /// <summary>Answers a text without the session: in vain, if it has closed the end.</summary>
    public void SendAutoResponse(ReadOnlyMemory<byte> response)
    {
        if (EndMachine.Send(State).Effect == EndEffect.Queue)
        {
            SendMessage(isText: true, response);
        }
    }

    /// <summary>Queues a Ping of the end's client.</summary>
    public void SendPing(ReadOnlyMemory<byte> payload)
    {
        Out.EnqueuePing(payload);
        Pump();
    }

    /// <summary>Sends what may go.</summary>
    public void Pump()
    {
        if (Out.CanSend)
        {
            _port.Pump(this);
        }

        if (_roomWaiter is not null && Out.QueuedBytes < RoomLimit)
        {
            SignalRoom();
        }
    }

    /// <summary>From now on what arrives goes to <paramref name="consumer"/>; what has arrived before comes first.</summary>
    public void Consume(IEndConsumer consumer)
    {
        Consumer = consumer;
        In.Open();
        if (In.Waiting > 0)
        {
            consumer.Signal();
        }

        ReturnCredit();
    }

    /// <summary>Another consumer goes on where the last one has stopped: what has arrived stays for it.</summary>
    public void Park(IEndConsumer consumer)
    {
        Consumer = consumer;
        if (In.Waiting > 0)
        {
            consumer.Signal();
        }
    }

    /// <summary>A frame of the peer arrives.</summary>
    public void Receive(in PairFrame frame)
    {
        if (frame.IsDrop)
        {
            // Nobody is left to read what this end still has.
            LeavePeer();
        }

        if (In.Receive(frame))
        {
            Consumer?.Signal();
        }

        ReturnCredit();
    }

    /// <summary>The peer consumed up to <paramref name="consumed"/>.</summary>
    public void Acknowledge(long consumed, int window, bool finished)
    {
        Out.Acknowledge(consumed, window);
        while (Out.TryTakePong(out var payload))
        {
            if (In.ReceivePong(payload))
            {
                Consumer?.Signal();
            }
        }

        if (finished && !Out.IsFinished)
        {
            LeavePeer();
            if (State.In)
            {
                Settle(EndMachine.ReceiveDrop(State));
            }
        }

        Pump();
        Pair.RemoveIfDone();
    }

    /// <summary>The consumer is done with an item that it took.</summary>
    public void Consumed(in ReceivedItem item)
    {
        In.Consume(item);
        ReturnCredit();
    }

    /// <summary>
    /// The consumer hears nothing of Pings: it acknowledges all that are next, and their sender takes that for the answer.
    /// </summary>
    public void ConsumePings()
    {
        if (In.ConsumePings())
        {
            ReturnCredit();
        }
    }

    /// <summary>The end reads no more: its listener failed, or its socket is gone.</summary>
    public void StopReading()
    {
        In.Discard();
        ReturnCredit();
    }

    /// <summary>What the peer has begun to say takes too much or too long: both sides see a Close with 1013.</summary>
    public void CloseUnfinished(string why, string outcome)
    {
        Pair.Timeline.Add(Side, $"closed for an unfinished message of the other end: {why}", CloseCode.TryAgainLater, PairCause.Unfinished);
        _host.Metrics.BudgetMet(outcome);
        var close = PairFrame.Close(CloseCode.TryAgainLater, "A message was not finished."u8.ToArray());
        if (MayClose)
        {
            State = State with { Out = true };
        }

        Send(close);
        ReceiveOwn(close);
        ReturnCredit();
    }

    /// <summary>The budget has room again for what the peer has begun to say.</summary>
    public void ResumeUnfinished()
    {
        In.CreditUnfinished();
        ReturnCredit();
    }

    /// <summary>
    /// The end's Close comes before anybody has come to the other one: it is answered here, and nobody will come any more.
    /// </summary>
    public void AnswerAlone(in PairFrame close)
    {
        if (LeaveUnmet())
        {
            ReceiveOwn(close);
        }
    }

    /// <summary>The end is gone before anybody has come to the other one. False: that was said before.</summary>
    public bool LeaveUnmet()
    {
        if (Route == EndRoute.Lost)
        {
            return false;
        }

        Pair.Timeline.Add(Side, "left before the other end came", cause: PairCause.Gone);
        CountFinished("unmet");
        Route = EndRoute.Lost;
        Out.Discard();
        SignalRoom();
        _host.Custody.Abandon(this);
        return true;
    }

    /// <summary>The peer is gone for good: the end sees 1006 behind what had arrived.</summary>
    public void LosePeer()
    {
        Pair.Timeline.Add(Side, "peer lost", cause: PairCause.PeerLost);
        CountFinished("lost");
        LeavePeer();
        PeerKnown.Set();
        ReceiveOwn(PairFrame.Drop());
        Pair.RemoveIfDone();
    }

    /// <summary>What the peer sent cannot be taken: the end sees 1006 behind what had arrived, and the peer sees 1006, too.</summary>
    public void Break(string why)
    {
        Pair.Timeline.Add(Side.Other(), why, cause: PairCause.Unreadable);
        CountFinished("lost");
        if (!Out.HasEnded)
        {
            EndOutput();
        }

        ReceiveOwn(PairFrame.Drop());
        ReturnCredit();
    }

    /// <summary>The end is withdrawn: nothing of it will come or go.</summary>
    public void Discard()
    {
        Out.Discard();
        In.Discard();
    }

    // The peer's client is gone: behind what the end has said nothing follows. It is no news of this end, so nothing is noted.
    private void EndOutput()
    {
        Out.Enqueue(PairFrame.Drop());
        Pump();
    }

    // Nobody is left to read what the end says.
    private void LeavePeer()
    {
        PeerGone.Set();
        Out.Discard();
        SignalRoom();
        Consumer?.Signal();
    }

    private void ReceiveOwn(in PairFrame frame)
    {
        if (In.ReceiveOwn(frame))
        {
            Consumer?.Signal();
        }
    }

    private void ReturnCredit()
    {
        // While it is not attached nobody takes credit. It stays due until the end is attached again: what the attach itself says may be
        // older.
        if (Route is not (EndRoute.Attaching or EndRoute.Lost) && In.TakeCreditDue(_host.Budget.Window))
        {
            _port.Send(LinkFrame.OfCredit(Pair.Id, Side, toOwner: IsAttached, In.Consumed, In.Granted, In.IsFinished));
        }

        if (In.IsFinished)
        {
            Pair.RemoveIfDone();
        }
    }
}
