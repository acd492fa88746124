namespace OrleansSockets.Rules;

/// <summary>Everything that decides how one end answers a call or an event.</summary>
/// <param name="Phase">Who listens to it.</param>
/// <param name="HalfOpen">The peer's Close is not answered by itself. Has a meaning once the end is accepted.</param>
/// <param name="Out">This end has sent (queued) its Close.</param>
/// <param name="In">The peer's Close, or the drop, was dispatched.</param>
/// <param name="Aborted">The peer is known to be gone: what is sent is lost.</param>
/// <param name="Failed">A handler threw, or the peer's socket broke the protocol.</param>
internal readonly record struct EndState(EndPhase Phase, bool HalfOpen, bool Out, bool In, bool Aborted, bool Failed)
{
    /// <summary>The handler of the last event, a Close, a drop or a failure, has run.</summary>
    public bool Heard { get; init; }

    /// <summary>Nothing will come or go any more.</summary>
    public bool IsFinished => (In && Out) || Aborted || Failed;

    /// <summary>Nothing will come or go any more, and the owner knows.</summary>
    public bool IsOver => Heard && IsFinished;

    /// <summary>The end of a new pair.</summary>
    public static EndState Initial => new(EndPhase.Pending, false, false, false, false, false);

    /// <summary>An outbound socket before its 101 response.</summary>
    public static EndState Connecting => new(EndPhase.Connecting, false, false, false, false, false);

    /// <summary>Derived, never stored. The owner of an end that was given away sees no more of it: it stays open for him.</summary>
    public ReadyState ReadyState => Phase switch
    {
        EndPhase.Coupled or EndPhase.Released => ReadyState.Open,
        _ when Failed || (In && Out) => ReadyState.Closed,
        _ when In || Out => ReadyState.Closing,
        EndPhase.Connecting => ReadyState.Connecting,
        _ => ReadyState.Open,
    };
}
