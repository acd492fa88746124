namespace OrleansSockets.Rules;

/// <summary>
/// The rules of an activation of a session that takes the session's sockets, and leaves them. Pure and total: every state and event has a
/// row in PROTOCOL.md (V-…).
/// </summary>
internal static class VisitMachine
{
    /// <summary>Begins a visit.</summary>
    /// <param name="epoch">Above all that the activation has heard of.</param>
    /// <param name="hosts">How many hosts are asked.</param>
    public static VisitStep Begin(VisitEpoch epoch, int hosts) => hosts == 0
        ? new(new(VisitPhase.Awake, epoch, 0), VisitEffects.Start)
        : new(new(VisitPhase.Asking, epoch, hosts), VisitEffects.Ask);

    /// <summary>Applies one event.</summary>
    /// <param name="state">The activation.</param>
    /// <param name="e">What happened.</param>
    public static VisitStep Apply(VisitState state, VisitEvent e) => (state.Phase, e.Kind) switch
    {
        (VisitPhase.Gone, _) => Quiet(state),
        (_, VisitEventKind.End) => new(state with { Phase = VisitPhase.Gone, Awaited = 0 }, VisitEffects.Leave),
        // Who has them now has been told all that the hosts know: nothing is left to say to them.
        (_, VisitEventKind.Superseded) => e.Epoch > state.Epoch
            ? new(state with { Phase = VisitPhase.Gone, Awaited = 0 }, VisitEffects.Deactivate)
            : Quiet(state),
        // An answer to an earlier question says nothing about this one.
        (VisitPhase.Asking, VisitEventKind.Answered) when e.Epoch == state.Epoch => Count(state, VisitPhase.Awake, VisitEffects.Start),
        // All are asked again, for those that have answered know the lower epoch.
        (VisitPhase.Asking, VisitEventKind.Refused) when e.Epoch >= state.Epoch => new(
            state with { Epoch = state.Epoch.Above(e.Epoch), Awaited = e.Hosts }, VisitEffects.Ask),
        // Of a host that was silent before. The next activation asks above.
        (_, VisitEventKind.Refused) when e.Epoch > state.Epoch => new(state, VisitEffects.Deactivate),
        (VisitPhase.Awake, VisitEventKind.Idle) => e.Hosts == 0
            ? new(state, VisitEffects.Deactivate)
            : new(state with { Phase = VisitPhase.Offering, Awaited = e.Hosts }, VisitEffects.Offer),
        (VisitPhase.Offering, VisitEventKind.Quiet) when e.Epoch == state.Epoch =>
            Count(state, VisitPhase.Awake, VisitEffects.Deactivate),
        (VisitPhase.Offering, VisitEventKind.Busy) => Quiet(state with { Phase = VisitPhase.Awake, Awaited = 0 }),
        _ => Quiet(state),
    };

    private static VisitStep Count(VisitState state, VisitPhase then, VisitEffects last) => state.Awaited > 1
        ? Quiet(state with { Awaited = state.Awaited - 1 })
        : new(state with { Phase = then, Awaited = 0 }, last);

    private static VisitStep Quiet(VisitState state) => new(state, VisitEffects.None);
}
