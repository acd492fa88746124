namespace OrleansSockets;

/// <summary>The one exception of this library; <see cref="Kind"/> tells what went wrong.</summary>
[GenerateSerializer, Alias("OrleansSockets.WebSocketPairException")]
public sealed class WebSocketPairException : InvalidOperationException
{
    /// <summary>Makes an exception of a kind.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="inner">The cause, if another exception is.</param>
    public WebSocketPairException(WebSocketPairErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>What went wrong.</summary>
    [Id(0)]
    public WebSocketPairErrorKind Kind { get; }

    internal static WebSocketPairException Of(WebSocketPairErrorKind kind, int? code = null) => new(kind, kind switch
    {
        WebSocketPairErrorKind.InvalidCode => $"Invalid WebSocket close code: {code}.",
        WebSocketPairErrorKind.ReasonTooLong =>
            $"WebSocket close reason must not be longer than {CloseReason.MaxBytes} bytes when UTF-8 encoded.",
        WebSocketPairErrorKind.ReasonWithoutCode => "If you specify a WebSocket close reason, you must also specify a code.",
        WebSocketPairErrorKind.SendAfterClose => "Can't call WebSocket Send() after Close().",
        WebSocketPairErrorKind.NotAccepted => "You must call Accept() on this WebSocket before sending messages or closing it.",
        WebSocketPairErrorKind.AlreadyUsedInResponse =>
            "Can't Accept() or give away a WebSocket that was already given away or used in a response.",
        WebSocketPairErrorKind.AcceptAfterHibernation => "Can't Accept() a WebSocket after enabling hibernation.",
        WebSocketPairErrorKind.HibernateAfterAccept => "Cannot call AcceptWebSocket() on a WebSocket that was already accepted.",
        WebSocketPairErrorKind.HibernatePeerTaken =>
            "Cannot call AcceptWebSocket() on this WebSocket because its pair has already been accepted or used in a response.",
        WebSocketPairErrorKind.InvalidArgument =>
            "Can't give away a WebSocket after Accept(), nor accept one that was opened by a URL before it is open.",
        WebSocketPairErrorKind.NoContext =>
            "new WebSocketPair() works inside an endpoint, a grain call or an event handler. In a grain's timer or activation use "
                + "this.CreateWebSocketPair(), anywhere else IWebSocketPairFactory.Create().",
        _ => $"WebSocketPair: {kind}.",
    });

    internal static WebSocketPairException MessageTooLarge(int length, int limit) =>
        new(WebSocketPairErrorKind.MessageTooLarge, $"Message is too large: {length} > {limit}");

    internal static WebSocketPairException AlreadyClaimed(EndTicket ticket) =>
        new(WebSocketPairErrorKind.AlreadyClaimed, $"The ticket for {ticket} was claimed before; an end can be claimed once.");

    internal static WebSocketPairException Expired(EndTicket ticket) =>
        new(
            WebSocketPairErrorKind.Expired,
            $"The ticket for {ticket} is not good any more: its deadline {ticket.Deadline:O} has passed, or the pair is over.");
}
