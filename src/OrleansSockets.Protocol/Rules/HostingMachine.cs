namespace OrleansSockets.Rules;

/// <summary>
/// The rules of a host of a session's sockets: who has them, and when the session is woken. Pure and total: every state and event has a row
/// in PROTOCOL.md (V-…).
/// </summary>
internal static class HostingMachine
{
    /// <summary>Applies one event.</summary>
    /// <param name="state">The sockets.</param>
    /// <param name="e">What happened.</param>
    public static HostingStep Apply(HostingState state, HostingEvent e) => e.Kind switch
    {
        HostingEventKind.News => Hear(state),
        HostingEventKind.Take => Take(state, e.Epoch),
        // What a superseded activation says, or one that had left before, is late.
        HostingEventKind.Leave => state.Phase is HostingPhase.Visited && state.Epoch == e.Epoch ? TakeBack(state) : Quiet(state),
        HostingEventKind.Lose => state.Phase is HostingPhase.Visited ? TakeBack(state) : Quiet(state),
        HostingEventKind.Retry => state.Phase is HostingPhase.Waking ? new(state, HostingEffects.Wake) : Quiet(state),
        _ => throw new ArgumentOutOfRangeException(nameof(e), e.Kind, "Unknown event of a host."),
    };

    private static HostingStep Hear(HostingState state) => state.Phase switch
    {
        HostingPhase.Asleep => new(state with { Phase = HostingPhase.Waking }, HostingEffects.Wake),
        // One activation, however much comes.
        HostingPhase.Waking => Quiet(state),
        _ => new(state, HostingEffects.Forward),
    };

    private static HostingStep Take(HostingState state, VisitEpoch epoch)
    {
        // Asked again, for the first answer may be lost; but an activation that has left never comes back.
        var isVisitor = epoch == state.Epoch && state.Phase is HostingPhase.Visited;
        if (epoch <= state.Epoch && !isVisitor)
        {
            return new(state, HostingEffects.Refuse);
        }

        var before = state.Phase is HostingPhase.Visited && !isVisitor
            // The same activation above is no other one: nobody is to be told.
            ? HostingEffects.TakeBack | (epoch.Visitor == state.Epoch.Visitor ? HostingEffects.None : HostingEffects.Supersede)
            : HostingEffects.None;
        return new(new(HostingPhase.Visited, epoch), before | HostingEffects.HandOver);
    }

    private static HostingStep TakeBack(HostingState state) => new(state with { Phase = HostingPhase.Asleep }, HostingEffects.TakeBack);

    private static HostingStep Quiet(HostingState state) => new(state, HostingEffects.None);
}
