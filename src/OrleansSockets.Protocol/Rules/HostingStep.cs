namespace OrleansSockets.Rules;

/// <summary>What the host does after a step, in this order.</summary>
[Flags]
internal enum HostingEffects : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Tell the activation that had the sockets that a later one has them.</summary>
    Supersede = 1,

    /// <summary>
    /// What was forwarded and not acknowledged is forwarded again to whoever comes next. What the activation that had the sockets still
    /// sends is refused.
    /// </summary>
    TakeBack = 2,

    /// <summary>Answer with the sockets, and forward to the activation.</summary>
    HandOver = 4,

    /// <summary>Answer with the epoch that has the sockets.</summary>
    Refuse = 8,

    /// <summary>Ask for an activation.</summary>
    Wake = 16,

    /// <summary>Pass what has come on to the activation.</summary>
    Forward = 32,
}

/// <summary>The outcome of an event.</summary>
/// <param name="State">The state from now on; it is settled before the effects are performed.</param>
/// <param name="Effects">What the host does.</param>
internal readonly record struct HostingStep(HostingState State, HostingEffects Effects);
