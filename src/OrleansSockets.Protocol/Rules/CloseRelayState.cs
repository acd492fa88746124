namespace OrleansSockets.Rules;

/// <summary>What one of two coupled ends has heard from its own peer.</summary>
internal enum RelayLegPhase : byte
{
    /// <summary>Its peer may still send.</summary>
    Open,

    /// <summary>Its peer has sent a Close.</summary>
    Closed,

    /// <summary>Its peer is gone, or broke the protocol, or was cut off because it did not answer.</summary>
    Dropped,
}

/// <summary>Two coupled ends. What one leg hears is told to the other at once, so nothing else needs to be remembered.</summary>
/// <param name="A">Leg 0.</param>
/// <param name="B">Leg 1.</param>
internal readonly record struct CloseRelayState(RelayLegPhase A, RelayLegPhase B)
{
    /// <summary>Both peers may still send.</summary>
    public static CloseRelayState Initial => default;

    /// <summary>Nothing more passes between the legs.</summary>
    public bool IsFinished => A is not RelayLegPhase.Open && B is not RelayLegPhase.Open;

    /// <summary>One leg.</summary>
    /// <param name="leg">0 or 1.</param>
    public RelayLegPhase Leg(int leg) => leg switch
    {
        0 => A,
        1 => B,
        _ => throw new ArgumentOutOfRangeException(nameof(leg), leg, "A couple has the legs 0 and 1."),
    };

    internal CloseRelayState With(int leg, RelayLegPhase phase) => leg == 0 ? this with { A = phase } : this with { B = phase };
}
