namespace OrleansSockets.Rendezvous;

/// <summary>The answer to an announcement.</summary>
/// <param name="Version">The cluster as the home sees it.</param>
/// <param name="Stray">The secrets of those that wait for nobody: their pair is not the one that the name stands for.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameAnswer")]
internal sealed record NameAnswer([property: Id(0)] long Version, [property: Id(1)] Guid[] Stray);
