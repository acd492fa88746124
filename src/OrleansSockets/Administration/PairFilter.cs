using OrleansSockets.Ends;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Administration;

/// <summary>Which pairs of a silo are asked for, by id.</summary>
/// <param name="ReadyState">One end is in this state.</param>
/// <param name="Phase">The same end is in this phase.</param>
/// <param name="Deployment">The same end has the settings of this deployment.</param>
/// <param name="After">Only ids behind this one.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.PairFilter")]
internal sealed record PairFilter(
    [property: Id(0)] ReadyState? ReadyState,
    [property: Id(1)] EndPhase? Phase,
    [property: Id(2)] string? Deployment,
    [property: Id(3)] PairId? After,
    [property: Id(4)] int Limit)
{
    private bool AsksForAnEnd => ReadyState is not null || Phase is not null || Deployment is not null;

    /// <summary>Called under the pair's lock.</summary>
    public bool Matches(Pair pair) => !AsksForAnEnd || pair.Ends.Any(Matches);

    private bool Matches(End end) =>
        (ReadyState is null || end.State.ReadyState == ReadyState)
        && (Phase is null || end.State.Phase == Phase)
        && (Deployment is null || end.Settings.Deployment == Deployment);
}
