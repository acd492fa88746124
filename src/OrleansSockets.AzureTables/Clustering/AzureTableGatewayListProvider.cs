using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace OrleansSockets.AzureTables.Clustering;

/// <summary>Tells a client which silos it may connect to: the active ones that have a gateway.</summary>
internal sealed class AzureTableGatewayListProvider(AzureTableMembershipTable membership, IOptions<GatewayOptions> options) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => options.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => membership.InitializeMembershipTable(tryInitTableVersion: false);

    public async Task<IList<Uri>> GetGateways() =>
    [
        .. from member in (await membership.ReadAll()).Members
           let silo = member.Item1
           where silo.Status == SiloStatus.Active && silo.ProxyPort != 0
           select SiloAddress.New(silo.SiloAddress.Endpoint.Address, silo.ProxyPort, silo.SiloAddress.Generation).ToGatewayUri(),
    ];
}
