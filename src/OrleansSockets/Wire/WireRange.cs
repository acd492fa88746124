namespace OrleansSockets.Wire;

/// <summary>
/// The versions of the bytes between silos that a silo speaks. Two silos agree on the highest that both know when their link opens, so that
/// nodes of two consecutive releases run in one cluster. What each version says is in <c>WireContract.txt</c>.
/// </summary>
/// <param name="Lowest">The oldest.</param>
/// <param name="Highest">The newest.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.WireRange")]
internal readonly record struct WireRange([property: Id(0)] int Lowest, [property: Id(1)] int Highest)
{
    /// <summary>Frames with a length of their own.</summary>
    public const int Framed = 1;

    /// <summary>A payload that several frames of a batch carry is in it once.</summary>
    public const int SharedPayloads = 2;

    /// <summary>What this build speaks.</summary>
    public static WireRange Spoken => new(Framed, SharedPayloads);

    /// <summary>The version that both speak; null: none.</summary>
    public int? Agree(WireRange other) =>
        Math.Min(Highest, other.Highest) is var version && version >= Math.Max(Lowest, other.Lowest) ? version : null;
}
