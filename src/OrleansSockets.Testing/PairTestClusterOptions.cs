using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace OrleansSockets.Testing;

/// <summary>What a <see cref="PairTestCluster"/> is made of. Everything applies to each silo, also to those that are added later.</summary>
public sealed class PairTestClusterOptions
{
    /// <summary>
    /// The clock of the pairs' timeouts (claim, accept, attach again) on all silos. Default null: real time. Orleans' own clocks stay real: calls, failure detection and repeats go on
    /// while this clock stands still.
    /// </summary>
    public FakeTimeProvider? FakeTime { get; set; }

    internal Action<OrleansSocketsOptions> Pairs { get; private set; } = static _ => { };

    internal Action<ISiloBuilder> Silo { get; private set; } = static _ => { };

    /// <summary>Called when all else is registered, so that it can replace what TestingHost put there.</summary>
    internal Action<IServiceCollection>? Overrides { get; set; }

    /// <summary>Sets options of OrleansSockets. May be called more than once.</summary>
    /// <param name="configure">Called for each silo.</param>
    public PairTestClusterOptions ConfigurePairs(Action<OrleansSocketsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Pairs += configure;
        return this;
    }

    /// <summary>Adds to the silo what the grains under test need: storage, services. May be called more than once.</summary>
    /// <param name="configure">Called for each silo.</param>
    public PairTestClusterOptions ConfigureSilo(Action<ISiloBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Silo += configure;
        return this;
    }
}
