using Orleans.Services;
using OrleansSockets.Deployments;
using OrleansSockets.Wire;

namespace OrleansSockets.Administration;

/// <summary>What an administrator asks one silo. Apart from the links' service: a long list must not hold up frames.</summary>
[Alias("OrleansSockets.INodeService")]
internal interface INodeService : IGrainService
{
    /// <summary>The silo in numbers.</summary>
    [Alias("Describe"), ResponseTimeout("00:00:05")]
    Task<NodeSnapshot> DescribeAsync();

    /// <summary>The first pairs of this silo that match, by id.</summary>
    [Alias("FindPairs"), ResponseTimeout("00:00:05")]
    Task<PairId[]> FindPairsAsync(PairFilter filter);

    /// <summary>What this silo knows of these pairs; those that it does not know are left out.</summary>
    [Alias("DescribePairs"), ResponseTimeout("00:00:05")]
    Task<NodePairSnapshot[]> DescribePairsAsync(PairId[] pairs, bool timeline);

    /// <summary>The ends of the pair that live here each send this Close, whatever their own settings say about it.</summary>
    [Alias("ClosePair"), ResponseTimeout("00:00:05")]
    Task ClosePairAsync(PairId pair, int code, string reason);

    /// <summary>The ends of the pair that live here lose their peer: they see 1006.</summary>
    [Alias("DropPair"), ResponseTimeout("00:00:05")]
    Task DropPairAsync(PairId pair);

    /// <summary>Why this silo needs the deployment, in words; null: it does not.</summary>
    [Alias("FindUse"), ResponseTimeout("00:00:05")]
    Task<string?> FindUseAsync(string deployment);

    /// <summary>The last write of every deployment that this silo knows.</summary>
    [Alias("GetDeployments"), ResponseTimeout("00:00:05")]
    Task<DeploymentEntry[]> GetDeploymentsAsync();

    /// <summary>Starts to close the client sockets of this silo's edge. False: it has none.</summary>
    [Alias("Drain"), ResponseTimeout("00:00:05")]
    Task<bool> DrainAsync();
}
