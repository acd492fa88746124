namespace OrleansSockets.Wire;

/// <summary>
/// Tells two activations of one pair grain apart. Compared as a whole: a partitioned directory can give both the same counter.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairEpoch")]
internal readonly record struct PairEpoch([property: Id(0)] long Counter, [property: Id(1)] Guid Activation) : IComparable<PairEpoch>
{
    public static PairEpoch None => default;

    public int CompareTo(PairEpoch other)
    {
        var byCounter = Counter.CompareTo(other.Counter);
        return byCounter != 0 ? byCounter : Activation.CompareTo(other.Activation);
    }

    public static bool operator >(PairEpoch left, PairEpoch right) => left.CompareTo(right) > 0;

    public static bool operator <(PairEpoch left, PairEpoch right) => left.CompareTo(right) < 0;

    public static bool operator >=(PairEpoch left, PairEpoch right) => left.CompareTo(right) >= 0;

    public static bool operator <=(PairEpoch left, PairEpoch right) => left.CompareTo(right) <= 0;
}
