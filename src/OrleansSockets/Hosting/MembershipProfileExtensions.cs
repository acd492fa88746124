using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Failure detection by name.</summary>
public static class MembershipProfileExtensions
{
    private const int MissedProbes = 3;

    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    // A silo that is cut off from the others, and not from the table, reads there that it is dead, and aborts.
    private static readonly TimeSpan UntilALostSiloKnows = TableRefresh + TimeSpan.FromSeconds(1);

    /// <summary>
    /// Sets all membership options that decide together how fast a lost silo is noticed, and how soon its named objects may live elsewhere.
    /// A short probe timeout alone is not enough: Orleans stretches it by its minimum and by the extension while a node is degraded, and
    /// keeps the names of a dead silo locked for 30 s, those of every silo that starts later among them.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="profile">The profile.</param>
    public static ISiloBuilder UseMembershipProfile(this ISiloBuilder builder, MembershipProfile profile)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return profile switch
        {
            MembershipProfile.Orleans => builder,
            MembershipProfile.Balanced => Use(builder, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.5)),
            MembershipProfile.Fast => Use(builder, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.8)),
            _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "Unknown membership profile."),
        };
    }

    private static ISiloBuilder Use(ISiloBuilder builder, TimeSpan probe, TimeSpan longest) => builder
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = probe;
            options.MinProbeTimeout = probe;
            options.MaxProbeTimeout = longest;
            options.NumMissedProbesLimit = MissedProbes;
            options.ExtendProbeTimeoutDuringDegradation = false;
            options.TableRefreshTimeout = TableRefresh;
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        })
        // Counted from the last answer that the silo may have given.
        .Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = (longest * MissedProbes) + UntilALostSiloKnows);
}
