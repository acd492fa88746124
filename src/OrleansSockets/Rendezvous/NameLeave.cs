namespace OrleansSockets.Rendezvous;

/// <summary>A socket that held a side has ended.</summary>
/// <param name="Name">The name.</param>
/// <param name="Side">0 or 1.</param>
/// <param name="Secret">Of its join.</param>
/// <param name="Ending">How.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameLeave")]
internal sealed record NameLeave(
    [property: Id(0)] string Name,
    [property: Id(1)] int Side,
    [property: Id(2)] Guid Secret,
    [property: Id(3)] NameEnding Ending);
