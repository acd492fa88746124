using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

/// <summary>Two nodes with the admin API, shared by the tests of a class.</summary>
public sealed class AdminCluster : IAsyncLifetime
{
    public const string Manual = "manual";

    // Each test that looks for its pairs by their deployment has one for itself.
    private static readonly string[] Deployments = [Manual, "both", "paged", "closed", "odd", "dropped", "explained"];

    private readonly FreezableStorage _store = new();
    private EdgeNode? _a;
    private EdgeNode? _b;

    internal EdgeNode A => _a!;

    internal EdgeNode B => _b!;

    internal AdminHttp Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _a = await StartAsync(null);
        _b = await StartAsync(_a);
        Http = new AdminHttp(_a);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _b!.DisposeAsync();
        await _a!.DisposeAsync();
    }

    private Task<EdgeNode> StartAsync(EdgeNode? primary) => EdgeNode.StartAsync(
        app =>
        {
            app.MapOrleansSocketsAdmin("/admin");
            app.MapWebSocketPairs("/pairs");
            EchoEndpoint.MapVerbatim(app);
        },
        edge => edge.Deployment = request => request.Request.Query["as"].FirstOrDefault(),
        silo =>
        {
            foreach (var name in Deployments)
            {
                silo.Deployments[name] = new CompatibilitySettings("2026-04-07", ["web_socket_manual_reply_to_close"]);
            }
        },
        primary,
        services: services => services.AddKeyedSingleton<IGrainStorage>(DeploymentStorage.Name, _store));
}
