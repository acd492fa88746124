using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansSockets.Administration;
using OrleansSockets.Diagnostics;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>The silos of the cluster, and questions to many of them at once.</summary>
internal sealed class ClusterNodes(
    IClusterMembershipService membership, NodeServiceClient services, TimeProvider clock, IServiceProvider provider)
{
    private readonly ISiloMetadataCache? _metadata = provider.GetService<ISiloMetadataCache>();

    public IReadOnlyList<ClusterMember> Members =>
        [.. membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active)
            .OrderBy(member => Address(member.SiloAddress), StringComparer.Ordinal)];

    public IReadOnlyList<SiloAddress> Active => [.. Members.Select(member => member.SiloAddress)];

    public static string Address(SiloAddress node) => $"{node.Endpoint}";

    /// <summary>A node by its address, its name or its full id.</summary>
    public ClusterMember? Find(string node)
    {
        var members = Members;
        return members.FirstOrDefault(member => Address(member.SiloAddress) == node || member.SiloAddress.ToParsableString() == node)
            ?? members.FirstOrDefault(member => member.Name == node);
    }

    public IReadOnlyDictionary<string, string> Metadata(SiloAddress node) =>
        _metadata?.GetSiloMetadata(node).Metadata ?? (IReadOnlyDictionary<string, string>)new Dictionary<string, string>();

    public async Task<NodeAnswers<T>> AskAsync<T>(
        IEnumerable<SiloAddress> nodes, Func<INodeService, Task<T>> ask, CancellationToken cancellation)
    {
        var asked = await Task.WhenAll(nodes.Select(AskOneAsync));
        return new NodeAnswers<T>(
            [.. asked.Where(one => one.Answered).Select(one => new NodeAnswer<T>(one.Node, one.Value!))],
            [.. asked.Where(one => !one.Answered).Select(one => Address(one.Node))]);

        async Task<(SiloAddress Node, bool Answered, T? Value)> AskOneAsync(SiloAddress node)
        {
            try
            {
                return (node, true, await ask(services.On(node)).WaitAsync(Unavailable.Limit, clock, cancellation));
            }
            catch (Exception e) when (CallFaults.MeansUnreached(e) && !cancellation.IsCancellationRequested)
            {
                return (node, false, default);
            }
        }
    }
}

internal sealed record NodeAnswer<T>(SiloAddress Node, T Value);

/// <param name="Answers">Of the nodes that answered.</param>
/// <param name="Silent">The addresses of the others.</param>
internal sealed record NodeAnswers<T>(IReadOnlyList<NodeAnswer<T>> Answers, IReadOnlyList<string> Silent)
{
    public void RequireAll(string otherwise)
    {
        if (Silent.Count > 0)
        {
            var silent = string.Join(", ", Silent);
            throw new Unavailable(
                $"Node {silent} did not answer within {Unavailable.Limit.TotalSeconds:0} s, so {otherwise}. Try again later.");
        }
    }
}
