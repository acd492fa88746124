using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Failure detection by name.</summary>
public static class MembershipProfileExtensions
{
    /// <summary>
    /// Sets all membership options that decide together how fast a lost silo is noticed. A short probe timeout alone is not enough: Orleans stretches it by
    /// its minimum and by the extension while a node is degraded.
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

    private static ISiloBuilder Use(ISiloBuilder builder, TimeSpan probe, TimeSpan longest) => builder.Configure<ClusterMembershipOptions>(options =>
    {
        options.ProbeTimeout = probe;
        options.MinProbeTimeout = probe;
        options.MaxProbeTimeout = longest;
        options.NumMissedProbesLimit = 3;
        options.ExtendProbeTimeoutDuringDegradation = false;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    });
}
