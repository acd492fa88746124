using OrleansSockets.Conformance.Running;
using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>The session grain that plays one actor of one run.</summary>
[Alias("Conformance.IScenarioSession")]
internal interface IScenarioSession : IWebSocketSession
{
    /// <summary>Becomes active, and says where.</summary>
    [Alias("Activate")]
    Task<SiloAddress> ActivateAsync();

    [Alias("Perform")]
    Task PerformAsync(int step);

    /// <summary>Ends the instance; what comes next makes another one.</summary>
    [Alias("Evict")]
    Task EvictAsync();

    [Alias("ReadStates")]
    Task<int?[]> ReadStatesAsync(string[] ends);

    [Alias("FindPair")]
    Task<PairPlace?> FindPairAsync(string end);

    [Alias("End")]
    Task EndAsync();
}
