namespace OrleansSockets.Rules;

/// <summary>
/// The rules of one end: which call is queued, ignored or refused, and what an event from the peer does. Pure and total: every state
/// and input has a row in PROTOCOL.md (E-…). Nothing here reads a clock, waits or performs anything; the host settles the new state, then
/// performs the effect.
/// </summary>
internal static class EndMachine
{
    /// <summary>The owner listens from now on.</summary>
    /// <param name="state">The end.</param>
    /// <param name="rules">The end's settings.</param>
    /// <param name="allowHalfOpen">Overrides the settings in both directions; null keeps their default, half-open exactly if replies are
    /// manual.</param>
    public static EndStep Accept(EndState state, EndRules rules, bool? allowHalfOpen) => state.Phase switch
    {
        EndPhase.Pending => new(
            state with { Phase = EndPhase.Accepted, HalfOpen = allowHalfOpen ?? !rules.AutoReplyToClose }, EndEffect.Deliver),
        EndPhase.Accepted when state.IsOver => Refuse(state, WebSocketPairErrorKind.AlreadyUsedInResponse),
        // A second accept changes nothing on purpose, not even the options.
        EndPhase.Accepted => Ignore(state),
        EndPhase.Hibernatable => Refuse(state, WebSocketPairErrorKind.AcceptAfterHibernation),
        EndPhase.Coupled or EndPhase.Released => Refuse(state, WebSocketPairErrorKind.AlreadyUsedInResponse),
        EndPhase.Connecting => Refuse(state, WebSocketPairErrorKind.InvalidArgument),
        _ => throw Unknown(state),
    };

    /// <summary>A session holds the end from now on, and may sleep between its events.</summary>
    /// <param name="state">The end.</param>
    /// <param name="peerTaken">The other end of the pair was accepted before.</param>
    public static EndStep Hibernate(EndState state, bool peerTaken) => state.Phase switch
    {
        EndPhase.Pending when peerTaken => Refuse(state, WebSocketPairErrorKind.HibernatePeerTaken),
        // No automatic reply, whatever the settings say: the session may be asleep when the Close comes.
        EndPhase.Pending => new(state with { Phase = EndPhase.Hibernatable, HalfOpen = true }, EndEffect.Deliver),
        EndPhase.Accepted or EndPhase.Hibernatable => Refuse(state, WebSocketPairErrorKind.HibernateAfterAccept),
        EndPhase.Coupled or EndPhase.Released => Refuse(state, WebSocketPairErrorKind.HibernatePeerTaken),
        EndPhase.Connecting => Refuse(state, WebSocketPairErrorKind.InvalidArgument),
        _ => throw Unknown(state),
    };

    /// <summary>The outbound socket got its 101 response.</summary>
    /// <param name="state">The end.</param>
    public static EndStep Open(EndState state) => state is { Phase: EndPhase.Connecting, Failed: false }
        ? new(state with { Phase = EndPhase.Pending }, EndEffect.None)
        : Ignore(state);

    /// <summary>A network socket or another end is joined to this one.</summary>
    /// <param name="state">The end.</param>
    public static EndStep Couple(EndState state) => GiveAway(state, EndPhase.Coupled);

    /// <summary>The end is given away, to be claimed elsewhere.</summary>
    /// <param name="state">The end.</param>
    public static EndStep Release(EndState state) => GiveAway(state, EndPhase.Released);

    /// <summary>The owner sends a message.</summary>
    /// <param name="state">The end.</param>
    public static EndStep Send(EndState state) => state switch
    {
        { Out: true } => Refuse(state, WebSocketPairErrorKind.SendAfterClose),
        _ when IsDeaf(state) => Ignore(state),
        _ when !IsListening(state) => Refuse(state, WebSocketPairErrorKind.NotAccepted),
        // The peer's Close does not forbid sending: that is what half-open means.
        _ => new(state, EndEffect.Queue),
    };

    /// <summary>What is wrong with the arguments of a close, whatever the end; null: nothing.</summary>
    /// <param name="rules">The end's settings.</param>
    /// <param name="code">The close code; null sends a Close without payload.</param>
    /// <param name="reason">The reason; null is none.</param>
    public static WebSocketPairErrorKind? CheckClose(EndRules rules, int? code, string? reason)
    {
        if (code is { } given && !CloseCode.MayBeSent(given, rules.PedanticCloseCodes))
        {
            return WebSocketPairErrorKind.InvalidCode;
        }

        if (reason is not null && rules.LimitCloseReason && !CloseReason.Fits(reason))
        {
            return WebSocketPairErrorKind.ReasonTooLong;
        }

        return reason is not null && code is null ? WebSocketPairErrorKind.ReasonWithoutCode : null;
    }

    /// <summary>The owner closes the end. Arguments are checked before the state, so a bad code is refused on any end.</summary>
    /// <param name="state">The end.</param>
    /// <param name="rules">The end's settings.</param>
    /// <param name="code">The close code; null sends a Close without payload.</param>
    /// <param name="reason">The reason; null is none.</param>
    public static EndStep Close(EndState state, EndRules rules, int? code, string? reason)
    {
        if (CheckClose(rules, code, reason) is { } error)
        {
            return Refuse(state, error);
        }

        return state switch
        {
            // The first Close stands; a second one never changes its code.
            { Out: true } => Ignore(state),
            _ when IsDeaf(state) => Ignore(state),
            _ when !IsListening(state) => Refuse(state, WebSocketPairErrorKind.NotAccepted),
            // Its error handler can say something, but a failed end ends without a Close.
            { Failed: true } => Refuse(state, WebSocketPairErrorKind.Other),
            _ => new(state with { Out = true }, EndEffect.Queue),
        };
    }

    /// <summary>A message of the peer is next in the queue.</summary>
    /// <param name="state">The end.</param>
    public static EndStep ReceiveMessage(EndState state) => state switch
    {
        _ when IsWaiting(state) => Ignore(state),
        { In: true } or { Aborted: true } or { Failed: true } => Discard(state),
        // Own Close or not: what the peer sends before its own is heard.
        _ => new(state, EndEffect.Deliver),
    };

    /// <summary>The peer's Close is next in the queue.</summary>
    /// <param name="state">The end.</param>
    public static EndStep ReceiveClose(EndState state) => state switch
    {
        _ when IsWaiting(state) => Ignore(state),
        { In: true } or { Aborted: true } or { Failed: true } => Discard(state),
        // The reply is queued in this very step, behind what earlier handlers sent; what the close handler sends is refused.
        { Phase: EndPhase.Accepted, HalfOpen: false, Out: false } => new(state with { In = true, Out = true }, EndEffect.ReplyThenDeliver),
        _ => new(state with { In = true }, EndEffect.Deliver),
    };

    /// <summary>The queue ends here without a Close: the peer is gone.</summary>
    /// <param name="state">The end.</param>
    public static EndStep ReceiveDrop(EndState state) => state switch
    {
        _ when IsWaiting(state) => Ignore(state),
        { Failed: true } or { Aborted: true } => Discard(state),
        // After the peer's Close a drop is no event; but from now on calls are in vain.
        { In: true } => new(state with { Aborted = true }, EndEffect.Discard),
        // The plain end's handler still sees the old state (AfterDrop); the hibernatable end's does not.
        { Phase: EndPhase.Accepted } => new(state with { Aborted = true }, EndEffect.Deliver),
        _ => new(state with { Aborted = true, In = true }, EndEffect.Deliver),
    };

    /// <summary>The close handler of a drop has run.</summary>
    /// <param name="state">The end.</param>
    public static EndStep AfterDrop(EndState state) => state is { Aborted: true, Failed: false }
        ? new(state with { In = true }, EndEffect.None)
        : Ignore(state);

    /// <summary>The handler of the last event has run: of the Close, the drop or the failure.</summary>
    /// <param name="state">The end.</param>
    public static EndStep AfterLastEvent(EndState state) => Ignore(state with { Heard = true });

    /// <summary>Whether an exception of a listener keeps the event from the listeners behind it.</summary>
    /// <param name="rules">The end's settings.</param>
    public static bool EndsDispatch(EndRules rules) => !rules.ReportListenerExceptions;

    /// <summary>Listeners of an event threw, once or more; all that are to be called were called.</summary>
    /// <param name="state">The end.</param>
    /// <param name="rules">The end's settings.</param>
    /// <param name="raised">The event.</param>
    public static EndStep Throw(EndState state, EndRules rules, EndEvent raised) => state switch
    {
        // Reported, and nothing else: the end goes on as if the listener had not thrown.
        _ when rules.ReportListenerExceptions && raised is EndEvent.Close => Ignore(state),
        { Failed: true } or { Aborted: true } or { Phase: EndPhase.Hibernatable } => Discard(state),
        _ when IsWaiting(state) => Ignore(state),
        // The error handler's last words still go out (AfterFailure).
        _ => new(state with { Failed = true }, EndEffect.Deliver),
    };

    /// <summary>The error handler of a listener's exception has run.</summary>
    /// <param name="state">The end.</param>
    public static EndStep AfterFailure(EndState state) => state.Failed
        ? new(state with { Aborted = true }, EndEffect.None)
        : Ignore(state);

    /// <summary>The socket that feeds this end broke the protocol, or could not be opened.</summary>
    /// <param name="state">The end.</param>
    public static EndStep Fail(EndState state) => state switch
    {
        { Failed: true } => Discard(state),
        // A connection may fail before it is open; anything else waits until somebody listens.
        _ when IsWaiting(state) && state.Phase is not EndPhase.Connecting => Ignore(state),
        // A hibernatable end hears of a protocol error (its handlers' exceptions end nothing) and is left like after a drop.
        { Phase: EndPhase.Hibernatable, In: true } or { Phase: EndPhase.Hibernatable, Aborted: true } => Discard(state),
        { Phase: EndPhase.Hibernatable } => new(state with { In = true, Aborted = true }, EndEffect.Deliver),
        _ => new(state with { Failed = true, Aborted = true }, EndEffect.Deliver),
    };

    private static EndStep GiveAway(EndState state, EndPhase phase) => state.Phase switch
    {
        EndPhase.Pending => new(state with { Phase = phase }, EndEffect.None),
        EndPhase.Accepted or EndPhase.Hibernatable or EndPhase.Connecting => Refuse(state, WebSocketPairErrorKind.InvalidArgument),
        EndPhase.Coupled or EndPhase.Released => Refuse(state, WebSocketPairErrorKind.AlreadyUsedInResponse),
        _ => throw Unknown(state),
    };

    // Calls on such an end are silently in vain: nobody is left to hear them, or the caller has no say any more.
    private static bool IsDeaf(EndState state) =>
        state.Aborted || state.Phase is EndPhase.Coupled or EndPhase.Released;

    // Nobody is there to take an event: it stays at the head of the queue.
    private static bool IsWaiting(EndState state) => state.Phase is EndPhase.Connecting or EndPhase.Pending or EndPhase.Released;

    private static bool IsListening(EndState state) => state.Phase is EndPhase.Accepted or EndPhase.Hibernatable;

    private static EndStep Ignore(EndState state) => new(state, EndEffect.None);

    private static EndStep Discard(EndState state) => new(state, EndEffect.Discard);

    private static EndStep Refuse(EndState state, WebSocketPairErrorKind error) => new(state, EndEffect.Throw, error);

    private static ArgumentOutOfRangeException Unknown(EndState state) => new(nameof(state), state.Phase, "Unknown phase of an end.");
}
