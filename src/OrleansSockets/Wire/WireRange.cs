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
    /// <summary>What silos said before they spoke of versions: frames one behind the other, without a length.</summary>
    public const int Unframed = 0;

    /// <summary>Frames with a length of their own.</summary>
    public const int Framed = 1;

    /// <summary>A payload that several frames of a batch carry is in it once.</summary>
    public const int SharedPayloads = 2;

    /// <summary>What a silo speaks that does not know the question.</summary>
    public static WireRange OfOld => new(Unframed, Unframed);

    /// <summary>What this build speaks.</summary>
    public static WireRange Spoken => new(Unframed, SharedPayloads);

    /// <summary>The version that both speak; null: none.</summary>
    public int? Agree(WireRange other) =>
        Math.Min(Highest, other.Highest) is var version && version >= Math.Max(Lowest, other.Lowest) ? version : null;
}
