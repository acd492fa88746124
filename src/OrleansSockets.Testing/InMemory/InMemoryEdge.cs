using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSockets.AspNetCore;

namespace OrleansSockets.Testing.InMemory;

/// <summary>Puts a Kestrel with the endpoints under test into a silo's host; its transport is in memory.</summary>
internal static class InMemoryEdge
{
    public static void Add(
        IHostApplicationBuilder host, string siloName, Action<EdgeOptions> configure, Action<IEndpointRouteBuilder> endpoints)
    {
        var endPoint = new InMemoryEndPoint(siloName);
        host.Services.AddRouting();
        new HostBuilderAdapter(host).ConfigureWebHost(web => web
            .UseKestrel(kestrel => kestrel.Listen(endPoint))
            .Configure(app => app.UseRouting().UseEndpoints(endpoints)));

        var transport = new InMemoryListenerFactory(endPoint);
        host.Services.AddSingleton(transport);
        host.Services.AddSingleton<IConnectionListenerFactory>(transport);
        host.Services.AddOrleansSocketsEdge(configure);
    }

    /// <summary>Speaks HTTP to the edge of a silo.</summary>
    public static SocketsHttpHandler CreateHandler(IServiceProvider silo)
    {
        var transport = silo.GetService<InMemoryListenerFactory>()
            ?? throw new InvalidOperationException(
                $"This cluster has no edge: give it endpoints with "
                    + $"{nameof(PairTestClusterOptions)}.{nameof(PairTestClusterOptions.MapEndpoints)}.");
        return new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(transport.Connect()), UseProxy = false };
    }
}
