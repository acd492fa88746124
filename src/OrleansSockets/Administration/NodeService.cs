using Microsoft.Extensions.Logging;
using OrleansSockets.Deployments;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Administration;

/// <inheritdoc cref="INodeService"/>
internal sealed class NodeService(
    GrainId id,
    Silo silo,
    ILoggerFactory loggerFactory,
    PairAdministration pairs,
    SiloPaths paths,
    DeploymentRegistry deployments,
    IEnumerable<IEdgeDrain> edges)
    : GrainService(id, silo, loggerFactory), INodeService
{
    private readonly IEdgeDrain? _edge = edges.FirstOrDefault();

    public Task<NodeSnapshot> DescribeAsync() =>
        Task.FromResult(
            new NodeSnapshot(pairs.Count, pairs.DefaultDeployment, _edge?.SocketCount, _edge?.IsDraining ?? false, [.. paths.Outages]));

    public Task<PairId[]> FindPairsAsync(PairFilter filter) => Task.FromResult(pairs.Find(filter));

    public Task<NodePairSnapshot[]> DescribePairsAsync(PairId[] ids, bool timeline) =>
        Task.FromResult(ids.Select(id => pairs.Describe(id, timeline)).OfType<NodePairSnapshot>().ToArray());

    public Task ClosePairAsync(PairId pair, int code, string reason)
    {
        pairs.Close(pair, code, reason);
        return Task.CompletedTask;
    }

    public Task DropPairAsync(PairId pair)
    {
        pairs.Drop(pair);
        return Task.CompletedTask;
    }

    public Task<string?> FindUseAsync(string deployment) => Task.FromResult(pairs.FindUse(deployment));

    public Task<DeploymentEntry[]> GetDeploymentsAsync() => Task.FromResult(deployments.Written);

    public Task<bool> DrainAsync()
    {
        _edge?.Begin();
        return Task.FromResult(_edge is not null);
    }
}
