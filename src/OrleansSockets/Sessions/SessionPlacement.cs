using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace OrleansSockets.Sessions;

/// <summary>Keeps sessions off nodes that are edges only. Which of the others is up to the grain's own placement.</summary>
internal static class SessionPlacement
{
    /// <summary>The silo metadata that holds the role.</summary>
    public const string RoleKey = "orleanssockets.role";
}

/// <inheritdoc cref="SessionPlacement"/>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SessionPlacementFilterAttribute() : PlacementFilterAttribute(new SessionPlacementFilter());

/// <inheritdoc cref="SessionPlacement"/>
internal sealed class SessionPlacementFilter() : PlacementFilterStrategy(order: 0);

/// <inheritdoc cref="SessionPlacement"/>
internal sealed class SessionPlacementFilterDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    private static readonly string Edge = nameof(NodeRole.Edge);

    public IEnumerable<SiloAddress> Filter(
        PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos) =>
        silos.Where(silo => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(SessionPlacement.RoleKey) != Edge);
}
