namespace OrleansSockets.Rules;

/// <summary>What the host of an end does after a step of its machine.</summary>
internal enum EndEffect : byte
{
    /// <summary>Nothing: a call is ignored, an event waits until somebody listens.</summary>
    None,

    /// <summary>Queue the message or the Close behind what is queued already.</summary>
    Queue,

    /// <summary>Fail the call with the error kind of the step.</summary>
    Throw,

    /// <summary>Start delivery (a call), raise the event, or write it to what is joined to the end.</summary>
    Deliver,

    /// <summary>Queue a Close with the peer's code and reason (none if it had none), then raise the event.</summary>
    ReplyThenDeliver,

    /// <summary>Consume the event without raising it.</summary>
    Discard,
}
