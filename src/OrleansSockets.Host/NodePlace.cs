using Orleans.Runtime.MembershipService.SiloMetadata;

namespace OrleansSockets.Host;

/// <summary>Where a node is: <c>Node:Region</c> and <c>Node:Zone</c>, as silo metadata that the others see.</summary>
internal static class NodePlace
{
    public static ISiloBuilder UseConfiguredPlace(this ISiloBuilder silo)
    {
        var place = new Dictionary<string, string>();
        foreach (var (key, option) in new[] { ("region", "Node:Region"), ("zone", "Node:Zone") })
        {
            if (silo.Configuration[option] is { Length: > 0 } said)
            {
                place[key] = said;
            }
        }

        return silo.UseSiloMetadata(place);
    }
}
