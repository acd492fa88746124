using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansSockets;
using OrleansSockets.Administration;
using OrleansSockets.Contexts;
using OrleansSockets.Custody;
using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Hibernation;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Rendezvous;
using OrleansSockets.Sessions;

namespace Orleans.Hosting;

/// <summary>Adds OrleansSockets to a silo.</summary>
public static class OrleansSocketsSiloBuilderExtensions
{
    /// <summary>Adds pairs, links and sessions. May be called more than once; the options add up.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets options.</param>
    public static ISiloBuilder AddOrleansSockets(this ISiloBuilder builder, Action<OrleansSocketsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(PairHub)))
        {
            return builder;
        }

        services.AddOptions<OrleansSocketsOptions>().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<OrleansSocketsOptions>, OrleansSocketsOptionsValidator>();
        services.AddMetrics();
        services.AddSingleton<PairMetrics>();
        services.AddSingleton<GuardedTimers>();
        services.AddSingleton<DeploymentStorage>();
        services.AddSingleton<DeploymentRegistry>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<DeploymentRegistry>());
        services.AddSingleton<SiloConnections>();
        services.AddOptions<SiloConnectionOptions>().Configure<SiloConnections>((options, connections) =>
        {
            options.ConfigureSiloOutboundConnection(connection => connection.Use(connections.Track));
            options.ConfigureSiloInboundConnection(connection => connection.Use(connections.Track));
        });
        services.AddSingleton<SiloPaths>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloPaths>());
        services.AddSingleton<SiloDetour>();
        services.AddSingleton<SiloLinks>();
        services.AddSingleton<EndHost>();
        services.AddSingleton<PairHub>();
        services.AddSingleton<PairActivity>();
        services.AddSingleton<UnfinishedMessages>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<UnfinishedMessages>());
        services.AddSingleton<PairGrainCalls>();
        services.AddSingleton<EndRecovery>();
        services.AddSingleton<EndClaims>();
        services.AddSingleton<ILinkReceiver, RemoteSilos>();
        services.AddSingleton<HibernationServiceClient>();
        services.AddSingleton<ParkedSessions>();
        builder.AddGrainService<HibernationService>();
        services.AddSingleton<GrainContexts>();
        services.AddScoped<ActivationLifetime>();
        services.AddSingleton<IWebSocketPairFactory, WebSocketPairFactory>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, PairDrain>();
        builder.AddIncomingGrainCallFilter<GrainContextCallFilter>();
        services.AddPlacementFilter<SessionPlacementFilter, SessionPlacementFilterDirector>(ServiceLifetime.Singleton);
        builder.UseSiloMetadata();
        builder.AddDistributedGrainDirectory(SessionDirectory.Name);
        builder.AddGrainService<LinkService>();
        services.AddSingleton<RendezvousServiceClient>();
        services.AddSingleton<HeldNames>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<HeldNames>());
        builder.AddGrainService<RendezvousService>();
        services.AddSingleton<PairAdministration>();
        services.AddSingleton<NodeServiceClient>();
        services.AddSingleton<IDeploymentNodes>(provider => provider.GetRequiredService<NodeServiceClient>());
        builder.AddGrainService<NodeService>();
        return builder;
    }
}
