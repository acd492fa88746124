using System.Collections.Immutable;
using System.Text;

namespace OrleansSockets.Rendezvous;

/// <summary>The cluster at one version of its membership. From equal versions every silo works out the same home for a name.</summary>
internal sealed class ClusterView
{
    private readonly (ulong Weight, SiloAddress Silo)[] _homes;

    /// <param name="version">Of the membership.</param>
    /// <param name="homes">The active silos: each keeps a share of the names.</param>
    /// <param name="holders">The silos that may hold client sockets, those that shut down included.</param>
    public ClusterView(long version, IEnumerable<SiloAddress> homes, IEnumerable<SiloAddress> holders)
    {
        Version = version;
        _homes = [.. homes.OrderBy(silo => silo).Select(silo => (Mix((ulong)silo.GetConsistentHashCode()), silo))];
        Holders = [.. holders];
    }

    public long Version { get; }

    public ImmutableHashSet<SiloAddress> Holders { get; }

    public IEnumerable<SiloAddress> Homes => _homes.Select(home => home.Silo);

    public static ClusterView Of(ClusterMembershipSnapshot snapshot) => new(
        snapshot.Version.Value,
        snapshot.Members.Values.Where(member => member.Status is SiloStatus.Active).Select(member => member.SiloAddress),
        snapshot.Members.Values
            .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
            .Select(member => member.SiloAddress));

    /// <summary>
    /// The silo that answers for the name; null while none is active. Rendezvous hashing: when a silo comes or goes, only the names that
    /// move to or from it have another home.
    /// </summary>
    public SiloAddress? HomeOf(string name)
    {
        var key = Hash(name);
        (ulong Score, SiloAddress? Silo) best = default;
        foreach (var (weight, silo) in _homes)
        {
            var score = Mix(key ^ weight);
            if (best.Silo is null || score > best.Score)
            {
                best = (score, silo);
            }
        }

        return best.Silo;
    }

    // FNV-1a: the same in every process, unlike string.GetHashCode.
    private static ulong Hash(string name)
    {
        const ulong Basis = 14695981039346656037;
        const ulong Prime = 1099511628211;
        var hash = Basis;
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ unit) * Prime;
        }

        return hash;
    }

    // The finalizer of SplitMix64: every bit of the input changes half of the output's.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
