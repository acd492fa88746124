using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime.Placement;
using OrleansSockets.AzureTables;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.Storage.Tests.Clustering;

/// <summary>Real silos, over real TCP, that know of each other by the table alone; everything comes from configuration.</summary>
[Collection(nameof(SharedAzurite))]
public sealed class ClusterTests(Azurite azurite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly string _cluster = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ThreeSilos_StartedTogether_ServeOneAnotherAndAClient()
    {
        var silos = Enumerable.Range(0, 3).Select(_ => Silo()).ToList();
        using var client = Client();
        try
        {
            await Task.WhenAll(silos.Select(silo => silo.StartAsync(Cancellation)));
            await Task.WhenAll(
                silos.Select(silo => UntilAsync(silo, members => members.Count(member => member.Status == SiloStatus.Active) == 3)));
            await client.StartAsync(Cancellation);

            // A grain of its own on each silo, asked from each silo and from the client: state goes to the table and back.
            IGrainFactory[] callers = [.. silos.Append(client).Select(host => host.Services.GetRequiredService<IGrainFactory>())];
            foreach (var silo in silos.Select(Address))
            {
                RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
                var grain = callers[0].GetGrain<ICounter>(silo.ToParsableString());
                Assert.Equal(silo, await grain.WhereAsync());
                RequestContext.Clear();
                foreach (var caller in callers)
                {
                    await caller.GetGrain<ICounter>(silo.ToParsableString()).AddAsync();
                }

                await grain.ForgetAsync();
                Assert.Equal(callers.Length, await grain.ReadAsync());
            }

            await silos[2].StopAsync(Cancellation);
            await UntilAsync(silos[0], members => members.Count(member => member.Status == SiloStatus.Active) == 2);
            await client.StopAsync(Cancellation);
        }
        finally
        {
            foreach (var silo in silos)
            {
                await silo.StopAsync(CancellationToken.None);
                silo.Dispose();
            }
        }
    }

    /// <summary>Longer than any operation on the table may take, so that refreshes and heartbeats do fail.</summary>
    [Fact]
    public async Task TwoSilos_WhileTheTableIsFrozen_StayInTheClusterAndServe()
    {
        await using var own = new Azurite();
        await own.InitializeAsync();
        var silos = Enumerable.Range(0, 2).Select(_ => Silo(own)).ToList();
        try
        {
            await Task.WhenAll(silos.Select(silo => silo.StartAsync(Cancellation)));
            await Task.WhenAll(
                silos.Select(silo => UntilAsync(silo, members => members.Count(member => member.Status == SiloStatus.Active) == 2)));
            var members = silos.Select(Address).ToHashSet();
            var grains = silos[0].Services.GetRequiredService<IGrainFactory>();
            var (writer, other) = (grains.GetGrain<ICounter>("writer"), grains.GetGrain<ICounter>("other"));
            RequestContext.Set(IPlacementDirector.PlacementHintKey, Address(silos[1]));
            await writer.AddAsync();
            Assert.Equal(Address(silos[1]), await other.WhereAsync());
            RequestContext.Clear();

            await own.FreezeAsync();
            try
            {
                var write = writer.AddAsync();
                for (var frozen = TimeSpan.Zero; frozen < Frozen; frozen += Pace)
                {
                    await Task.Delay(Pace, TimeProvider.System, Cancellation);
                    Assert.Equal(Address(silos[1]), await other.WhereAsync());
                }

                await Assert.ThrowsAsync<AzureTablesException>(() => write);
            }
            finally
            {
                await own.ThawAsync();
            }

            foreach (var silo in silos)
            {
                var active = silo.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members.Values
                    .Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress);
                Assert.Equal(members, active.ToHashSet());
            }

            await other.AddAsync();
        }
        finally
        {
            foreach (var silo in silos)
            {
                await silo.StopAsync(CancellationToken.None);
                silo.Dispose();
            }
        }
    }

    private IHost Silo(Azurite? own = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(Configuration());
        if (own is not null)
        {
            builder.Configuration["ConnectionStrings:tables"] = own.ConnectionString;
        }

        builder.UseOrleans(silo => silo
            .Configure<ClusterMembershipOptions>(
                options => options.TableRefreshTimeout = options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1))
            .ConfigureEndpoints(IPAddress.Loopback, FreePort.Next(), FreePort.Next()));
        return builder.Build();
    }

    private IHost Client()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            Configuration().Where(setting => !setting.Key.Contains("GrainStorage", StringComparison.Ordinal)));
        builder.UseOrleansClient();
        return builder.Build();
    }

    private Dictionary<string, string?> Configuration() => new()
    {
        ["ConnectionStrings:tables"] = azurite.ConnectionString,
        ["Orleans:ClusterId"] = _cluster,
        ["Orleans:ServiceId"] = "cluster tests",
        ["Orleans:Clustering:ProviderType"] = "AzureTables",
        ["Orleans:Clustering:ConnectionName"] = "tables",
        ["Orleans:GrainStorage:Default:ProviderType"] = "AzureTables",
        ["Orleans:GrainStorage:Default:ConnectionName"] = "tables",
    };

    private static SiloAddress Address(IHost silo) => silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    private static async Task UntilAsync(IHost silo, Func<IEnumerable<ClusterMember>, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        var membership = silo.Services.GetRequiredService<IClusterMembershipService>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(patience.Token))
        {
            if (condition(snapshot.Members.Values))
            {
                return;
            }
        }
    }
}
