using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansSockets.AspNetCore;

namespace OrleansSockets.Testing;

/// <summary>What a <see cref="PairTestCluster"/> is made of. Everything applies to each silo, also to those that are added later.</summary>
public sealed class PairTestClusterOptions
{
    /// <summary>
    /// The clock of the pairs' timeouts (claim, accept, attach again) on all silos. Default null: real time. Orleans' own clocks stay real:
    /// calls, failure detection and repeats go on while this clock stands still.
    /// </summary>
    public FakeTimeProvider? FakeTime { get; set; }

    internal Action<OrleansSocketsOptions> Pairs { get; private set; } = static _ => { };

    internal Action<ISiloBuilder> Silo { get; private set; } = static _ => { };

    internal Action<EdgeOptions> Edge { get; private set; } = static _ => { };

    internal Action<IEndpointRouteBuilder>? Endpoints { get; private set; }

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

    /// <summary>
    /// Makes each silo an edge, with these endpoints; <see cref="TestSilo.ConnectAsync"/> opens sockets to them. May be called more than
    /// once.
    /// </summary>
    /// <param name="map">As in the application: <c>endpoints.MapWebSocket(...)</c>,
    /// <c>endpoints.MapWebSocketSession&lt;T&gt;(...)</c>.</param>
    public PairTestClusterOptions MapEndpoints(Action<IEndpointRouteBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Endpoints += map;
        return this;
    }

    /// <summary>Sets options of the edges. May be called more than once.</summary>
    /// <param name="configure">Called for each silo.</param>
    public PairTestClusterOptions ConfigureEdge(Action<EdgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Edge += configure;
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
