using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansSockets.Conformance.Running;
using OrleansSockets.Frames;

namespace OrleansSockets.Conformance.Hosting;

/// <summary>One node: a silo and an edge with a Kestrel of their own ports, as a server of its own would have them.</summary>
internal static class NodeHost
{
    private static readonly TimeSpan MembershipPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MembershipLimit = TimeSpan.FromSeconds(60);

    public static async Task<WebApplication> StartAsync(NodeSettings settings, CancellationToken cancellation)
    {
        var app = Build(settings);
        try
        {
            await app.StartAsync(cancellation);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a node knows all the others: a placement hint of an unknown silo would be passed over.</summary>
    public static async Task JoinedAsync(IServiceProvider services, int nodes, TimeProvider time, CancellationToken cancellation)
    {
        var membership = services.GetRequiredService<ISiloStatusOracle>();
        var started = time.GetTimestamp();
        while (membership.GetApproximateSiloStatuses(onlyActive: true).Count != nodes)
        {
            if (time.GetElapsedTime(started) > MembershipLimit)
            {
                throw new TimeoutException(
                    $"{membership.SiloName} sees {membership.GetApproximateSiloStatuses(onlyActive: true).Count} of {nodes} nodes.");
            }

            await Task.Delay(MembershipPoll, time, cancellation);
        }
    }

    private static WebApplication Build(NodeSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = [new("Logging:LogLevel:Default", nameof(LogLevel.None))],
        });
        // The standard output of a node that is a process carries its answers.
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var watch = new SocketWatch(TimeProvider.System);
        builder.Services.AddSingleton(watch);
        builder.Services.AddSingleton<ActiveRuns>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(settings.Address.Http, endpoint =>
        {
            endpoint.Protocols = settings.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            watch.Watch(endpoint);
        }));
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(
                settings.Address.SiloPort, settings.Address.GatewayPort, settings.Primary, serviceId: "conformance",
                clusterId: settings.ClusterId);
            silo.Configure<SiloOptions>(options => options.SiloName = settings.Address.Name);
            silo.AddOrleansSockets(options =>
            {
                foreach (var compat in settings.Compats)
                {
                    options.Deployments[CompatDeployment.Name(compat)] = CompatDeployment.Settings(compat);
                }
            });
        });
        builder.Services.AddOrleansSocketsEdge(options =>
        {
            options.ProtocolChecks = ProtocolChecks.Workers;
            options.Deployment = RunEndpoint.DeploymentOf;
            options.DrainPeriod = TimeSpan.Zero;
            options.DrainTimeout = StopLimit;
        });
        var app = builder.Build();
        RunEndpoint.Map(app);
        return app;
    }
}
