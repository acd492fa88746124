using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace OrleansSockets.AzureTables.Clustering;

/// <summary>Tells a client which silos it may connect to: the active ones that have a gateway.</summary>
internal sealed class AzureTableGatewayListProvider(AzureTableMembershipTable membership, IOptions<GatewayOptions> options)
    : IGatewayListProvider
{
    public TimeSpan MaxStaleness => options.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProviderAsync(CancellationToken cancellationToken) =>
        membership.InitializeMembershipTableAsync(tryInitTableVersion: false, cancellationToken);

    public async Task<IList<Uri>> GetGatewaysAsync(CancellationToken cancellationToken) =>
    [
        .. from member in (await membership.ReadAllAsync(cancellationToken)).Members
           let silo = member.Item1
           where silo.Status == SiloStatus.Active && silo.ProxyPort != 0
           select SiloAddress.New(silo.SiloAddress.Endpoint.Address, silo.ProxyPort, silo.SiloAddress.Generation).ToGatewayUri(),
    ];

    // The same for callers that know no cancellation.
    public Task InitializeGatewayListProvider() => InitializeGatewayListProviderAsync(CancellationToken.None);

    public Task<IList<Uri>> GetGateways() => GetGatewaysAsync(CancellationToken.None);
}
