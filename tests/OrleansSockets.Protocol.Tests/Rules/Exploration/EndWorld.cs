using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules.Exploration;

/// <summary>One end with its host, as the model sees it.</summary>
/// <param name="State">The end.</param>
/// <param name="Outbox">Sent, not yet past the pair.</param>
/// <param name="Inbox">Past the pair, not yet dispatched.</param>
/// <param name="Alive">The host lives.</param>
/// <param name="Cut">The host knows that the pair has no more need of it: it was rejected, or the pair is finished.</param>
/// <param name="InDropHandler">The close handler of a drop runs; nothing else is dispatched meanwhile.</param>
/// <param name="Consumed">The peer's stream was consumed to its end, and the pair does not know it yet.</param>
/// <param name="SendsLeft">How many messages it may still send.</param>
/// <param name="DetachesLeft">How often its host may still go away for a while.</param>
/// <param name="SentClose">A Close was queued.</param>
/// <param name="SentAbort">The end of the stream was queued without one.</param>
/// <param name="CloseEvents">Close events that were raised, or Closes written to its socket.</param>
/// <param name="ErrorEvents">Error events that were raised.</param>
internal readonly record struct EndWorld(
    EndState State,
    ItemQueue Outbox,
    ItemQueue Inbox,
    bool Alive,
    bool Cut,
    bool InDropHandler,
    bool Consumed,
    byte SendsLeft,
    byte DetachesLeft,
    bool SentClose,
    bool SentAbort,
    byte CloseEvents,
    byte ErrorEvents)
{
    public static EndWorld New(int sends, int detaches) => default(EndWorld) with
    {
        State = EndState.Initial,
        Alive = true,
        SendsLeft = (byte)sends,
        DetachesLeft = (byte)detaches,
    };

    /// <summary>The host died: what it held is lost, and nobody asks any more what state it was in.</summary>
    public static EndWorld Dead => default;

    /// <summary>Somebody or something takes its events.</summary>
    public bool IsListening => Alive && State.Phase is EndPhase.Accepted or EndPhase.Hibernatable or EndPhase.Coupled;

    public EndWorld QueueMessage()
    {
        Assert.False(SentClose || SentAbort, "A message was queued behind the end of its stream.");
        return this with { Outbox = Outbox.Add(Item.Message), SendsLeft = (byte)(SendsLeft - 1) };
    }

    public EndWorld QueueClose()
    {
        Assert.False(SentClose || SentAbort, "A Close was queued behind the end of its stream.");
        return this with { Outbox = Outbox.Add(Item.Close), SentClose = true };
    }

    /// <summary>A stream may be aborted behind its Close: that says that nobody receives there any more.</summary>
    public EndWorld QueueAbort(Item item) => SentAbort ? this : this with { Outbox = Outbox.Add(item), SentAbort = true };

    public EndWorld Enter(EndStep step)
    {
        Assert.True(step.State.ReadyState >= State.ReadyState, "ReadyState went back.");
        return this with { State = step.State };
    }
}
