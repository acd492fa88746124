namespace OrleansSockets.Rules;

/// <summary>
/// Tells the activations of one session apart, and which is the later one: its sockets are with the highest. Compared as a whole: two
/// activations of a directory in trouble may have chosen the same counter.
/// </summary>
/// <param name="Counter">Above all that the activation has heard of.</param>
/// <param name="Visitor">Of the activation alone.</param>
internal readonly record struct VisitEpoch(long Counter, Guid Visitor) : IComparable<VisitEpoch>
{
    /// <summary>Below all others.</summary>
    public static VisitEpoch None => default;

    public int CompareTo(VisitEpoch other)
    {
        var byCounter = Counter.CompareTo(other.Counter);
        return byCounter != 0 ? byCounter : Visitor.CompareTo(other.Visitor);
    }

    /// <summary>The same activation, above another one's epoch.</summary>
    /// <param name="other">What it has met.</param>
    public VisitEpoch Above(VisitEpoch other) => this with { Counter = Math.Max(Counter, other.Counter) + 1 };

    public static bool operator >(VisitEpoch left, VisitEpoch right) => left.CompareTo(right) > 0;

    public static bool operator <(VisitEpoch left, VisitEpoch right) => left.CompareTo(right) < 0;

    public static bool operator >=(VisitEpoch left, VisitEpoch right) => left.CompareTo(right) >= 0;

    public static bool operator <=(VisitEpoch left, VisitEpoch right) => left.CompareTo(right) <= 0;
}
