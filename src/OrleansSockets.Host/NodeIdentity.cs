using Orleans.Configuration;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace OrleansSockets.Host;

/// <summary>
/// Which node it is: <c>Node:Name</c>, and <c>Node:Region</c> and <c>Node:Zone</c> as silo metadata; the others and administrators see
/// them.
/// </summary>
internal static class NodeIdentity
{
    public static ISiloBuilder UseConfiguredIdentity(this ISiloBuilder silo)
    {
        var place = new Dictionary<string, string>();
        foreach (var (key, option) in new[] { ("region", "Node:Region"), ("zone", "Node:Zone") })
        {
            if (silo.Configuration[option] is { Length: > 0 } said)
            {
                place[key] = said;
            }
        }

        if (silo.Configuration["Node:Name"] is { Length: > 0 } name)
        {
            silo.Configure<SiloOptions>(options => options.SiloName = name);
        }

        return silo.UseSiloMetadata(place);
    }
}
