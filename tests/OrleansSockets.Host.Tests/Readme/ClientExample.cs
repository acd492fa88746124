using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSockets.Deployments;
using IRoom = OrleansSockets.Host.Tests.Readme.RoomExample.IRoom;

namespace OrleansSockets.Host.Tests.Readme;

/// <summary>The README's example of a process outside the cluster; a test compares its lines.</summary>
internal static class ClientExample
{
    public static async Task RunAsync(HostApplicationBuilder builder)
    {
        builder.UseOrleansClient(client => client.UseLocalhostClustering().AddOrleansSocketsClient());
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();

        await grains.GetGrain<IRoom>("lobby").BroadcastAsync("hi");
        var shop = await grains.GetDeployment("shop").GetAsync();                // also PutAsync, DeleteAsync, ListDeploymentsAsync
        await grains.GetDeployment("shop").PutAsync(shop!.Settings with { Date = "2026-10-01" }, ifRevision: shop.Revision);
    }
}
