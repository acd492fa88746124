using System.Net;
using OrleansSockets.Conformance.Format;
using OrleansSockets.Conformance.Json;

namespace OrleansSockets.Conformance.Running;

/// <summary>One run of one scenario, as the nodes know it.</summary>
/// <param name="Id">Unique among the runs of a cluster.</param>
/// <param name="Silos">The silo of each node.</param>
internal sealed record Run(string Id, Scenario Scenario, Plan Plan, IReadOnlyDictionary<string, string> Silos);

/// <summary>Where a pair and its ends are, read from the running pair.</summary>
/// <param name="Pair">The silo of the pair grain; <c>null</c>: there is none.</param>
/// <param name="Client">The silo of end 0, or <c>null</c>.</param>
/// <param name="Server">The silo of end 1, or <c>null</c>.</param>
[GenerateSerializer, Immutable, Alias("Conformance.PairPlace")]
internal sealed record PairPlace(
    [property: Id(0)] string? Pair, [property: Id(1)] string? Client, [property: Id(2)] string? Server);

/// <summary>A node of the cluster under test, in this process or in one of its own.</summary>
internal interface INode : IAsyncDisposable
{
    string Name { get; }

    string Silo { get; }

    int ProcessId { get; }

    /// <summary>Where clients connect.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>Makes a run known: from now on its requests are served here, and what happens is recorded.</summary>
    Task BeginAsync(Run run, Action<string, JsonObject> record);

    /// <summary>Activates a session of a run on this node.</summary>
    /// <exception cref="PlacementException">It became active elsewhere.</exception>
    Task ActivateAsync(Run run, string actor);

    /// <summary>Makes the ends of an actor to which no client connects, and runs their setup.</summary>
    Task OpenAsync(Run run, string actor);

    /// <summary>Runs the calls of a step in one turn of their actor.</summary>
    Task PerformAsync(Run run, string actor, int step);

    /// <summary>The <c>readyState</c> of ends, read in a turn of their actor; <c>null</c> for an end that it does not have.</summary>
    Task<IReadOnlyDictionary<string, int?>> ReadStatesAsync(Run run, string actor, IReadOnlyList<string> ends);

    /// <summary>Where the pair of an end is, or <c>null</c> if the actor has no such end.</summary>
    Task<PairPlace?> FindPairAsync(Run run, string actor, string end);

    /// <summary>Whether no frame is queued, no handler runs and no byte of a socket is unread.</summary>
    Task<bool> IsIdleAsync();

    Task EndAsync(Run run);
}
