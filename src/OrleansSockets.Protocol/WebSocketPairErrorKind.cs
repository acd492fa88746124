namespace OrleansSockets;

/// <summary>What went wrong, for code that decides by it. Texts are for people and may change; kinds do not.</summary>
public enum WebSocketPairErrorKind
{
    /// <summary>Anything without a kind of its own, such as the exception of a handler.</summary>
    Other,

    /// <summary>A close code that must not be sent. See <see cref="CloseCode.MayBeSent"/>.</summary>
    InvalidCode,

    /// <summary>A close reason longer than <see cref="CloseReason.MaxBytes"/> bytes of UTF-8.</summary>
    ReasonTooLong,

    /// <summary>A close reason, even an empty one, without a code.</summary>
    ReasonWithoutCode,

    /// <summary><c>Send</c> after this end's Close was sent, be it by <c>Close</c> or by the automatic reply.</summary>
    SendAfterClose,

    /// <summary><c>Send</c> or <c>Close</c> on an end that nobody has accepted.</summary>
    NotAccepted,

    /// <summary>The end was given away: returned in a response, released, or joined to another end.</summary>
    AlreadyUsedInResponse,

    /// <summary><c>Accept</c> on an end that a session holds as hibernatable.</summary>
    AcceptAfterHibernation,

    /// <summary>A session wants to hold an end as hibernatable that was accepted before.</summary>
    HibernateAfterAccept,

    /// <summary>A session wants to hold an end as hibernatable whose peer was accepted before.</summary>
    HibernatePeerTaken,

    /// <summary>More tags than a hibernatable end may have.</summary>
    TooManyTags,

    /// <summary>A tag longer than allowed.</summary>
    TagTooLong,

    /// <summary>An attachment larger than allowed.</summary>
    AttachmentTooLarge,

    /// <summary>Tags were asked of an end that is not hibernatable.</summary>
    NoTags,

    /// <summary>The connection to the peer was lost.</summary>
    PeerDisconnected,

    /// <summary>The peer's socket broke RFC 6455.</summary>
    ProtocolError,

    /// <summary>The peer's socket sent a message above the limit.</summary>
    MessageTooLarge,

    /// <summary><c>Send</c> while the send buffer is above its limit.</summary>
    BufferFull,

    /// <summary>A pair was constructed where no context exists to run its handlers.</summary>
    NoContext,

    /// <summary>A ticket was claimed before.</summary>
    AlreadyClaimed,

    /// <summary>An end was used in a process or context that does not hold it.</summary>
    NotLocal,

    /// <summary>A ticket was claimed after its deadline.</summary>
    Expired,

    /// <summary>The call makes no sense for this end or with this argument.</summary>
    InvalidArgument,

    /// <summary>A session holds as many hibernatable ends as it may.</summary>
    TooManyWebSockets,

    /// <summary>The request or the response of an automatic response is longer than allowed.</summary>
    AutoResponseTooLong,

    /// <summary>The time limit of a session's handlers is below zero or above seven days.</summary>
    EventTimeoutOutOfRange,
}
