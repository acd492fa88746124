using System.Net;
using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Messaging;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>The membership of a cluster, as silos that were configured like any other see it.</summary>
internal sealed class Membership(Azurite azurite, string cluster, string service = "service")
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int _ports = 20_000;

    /// <summary>The table of one silo, ready to use.</summary>
    public async Task<IMembershipTable> OpenAsync(OnRequest? onRequest = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo
            .UseAzureTableClustering(options =>
            {
                options.ConnectionString = azurite.ConnectionString;
                options.ConfigureClient = client =>
                {
                    if (onRequest is not null)
                    {
                        client.AddPolicy(onRequest, HttpPipelinePosition.PerRetry);
                    }
                };
            })
            .Configure<ClusterOptions>(Name));
        var table = builder.Build().Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, Cancellation);
        return table;
    }

    /// <summary>What a client of the cluster sees.</summary>
    public async Task<IGatewayListProvider> OpenClientAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client
            .UseAzureTableClustering(options => options.ConnectionString = azurite.ConnectionString)
            .Configure<ClusterOptions>(Name));
        var gateways = builder.Build().Services.GetRequiredService<IGatewayListProvider>();
        await gateways.InitializeGatewayListProviderAsync(Cancellation);
        return gateways;
    }

    /// <summary>A silo that no test has seen before.</summary>
    public static MembershipEntry NewSilo(SiloStatus status = SiloStatus.Joining, IPAddress? address = null)
    {
        var port = Interlocked.Increment(ref _ports);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new()
        {
            SiloAddress = SiloAddress.New(address ?? IPAddress.Loopback, port, generation: 1_000_000 + port),
            SiloName = $"silo {port}",
            HostName = "host",
            Status = status,
            ProxyPort = port + 10_000,
            StartTime = now,
            IAmAliveTime = now,
        };
    }

    private void Name(ClusterOptions options)
    {
        options.ClusterId = cluster;
        options.ServiceId = service;
    }
}
