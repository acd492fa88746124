namespace OrleansSockets.Wire;

/// <summary>One end as its host sees it.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.EndSnapshot")]
internal sealed record EndSnapshot(
    [property: Id(0)] int Side,
    [property: Id(1)] ReadyState ReadyState,
    [property: Id(2)] string Phase,
    [property: Id(3)] string Deployment,
    [property: Id(4)] long Revision,
    [property: Id(5)] long QueuedBytes);
