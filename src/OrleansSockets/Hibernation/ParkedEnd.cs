using OrleansSockets.Ends;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Hibernation;

/// <summary>
/// A hibernatable end while its session sleeps. What its session answers without an event is answered here; all else wakes the session.
/// </summary>
internal sealed class ParkedEnd(ParkedSession session, End end, ParkedSocket socket) : IEndConsumer, IDeferredWork
{
    private bool _scheduled;

    public End End { get; } = end;

    /// <summary>Guarded by the pair's lock.</summary>
    public ParkedSocket Socket { get; private set; } = socket;

    void IEndConsumer.Signal()
    {
        if (!_scheduled)
        {
            _scheduled = true;
            PairGate.Afterwards(this);
        }
    }

    void IDeferredWork.Run()
    {
        bool hasNews;
        using (End.Pair.Gate.Enter())
        {
            _scheduled = false;
            hasNews = End.Consumer == this && LookForNews();
        }

        if (hasNews)
        {
            session.Wake();
        }
    }

    /// <summary>The end goes elsewhere, if it is still parked here.</summary>
    public ParkedSocket? HandOver()
    {
        using (End.Pair.Gate.Enter())
        {
            if (End.Consumer != this)
            {
                return null;
            }

            if (End.Owner is null)
            {
                // Its peer was in the session, and is gone with it.
                End.Abort();
                return null;
            }

            var socket = Socket with { End = End.Export() };
            var pair = (Pair)End.Pair;
            pair.RemoveEnd(End.Side);
            End.Discard();
            pair.RemoveIfDone();
            return socket;
        }
    }

    private bool LookForNews()
    {
        while (true)
        {
            End.ConsumePings();
            if (!End.In.TryPeek(out var item))
            {
                return false;
            }

            if (item.Kind != PairFrameKind.Text || session.AutoResponse is not { } auto
                || !item.Payload.Span.SequenceEqual(auto.Request.Span))
            {
                return true;
            }

            End.In.TryTake(out item);
            Socket = Socket with { AutoResponseAt = End.Pair.Host.Clock.GetUtcNow() };
            End.SendAutoResponse(auto.Response);
            End.Consumed(item);
        }
    }
}
