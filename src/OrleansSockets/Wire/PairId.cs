namespace OrleansSockets.Wire;

/// <summary>The random 128-bit name of a pair.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairId")]
internal readonly record struct PairId([property: Id(0)] Guid Value)
{
    public static PairId New() => new(Guid.NewGuid());

    public override string ToString() => Value.ToString("N");
}
