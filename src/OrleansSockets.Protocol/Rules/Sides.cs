namespace OrleansSockets.Rules;

/// <summary>What goes for both sides.</summary>
internal static class Sides
{
    /// <summary>The sides of a pair.</summary>
    public static ReadOnlySpan<Side> Both => [Side.Client, Side.Server];

    /// <summary>The side of the peer.</summary>
    /// <param name="side">This one.</param>
    public static Side Other(this Side side) => (Side)(1 - (int)side);
}
