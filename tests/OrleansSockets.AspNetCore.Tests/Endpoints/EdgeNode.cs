using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSockets.Storage.Tests.Stores;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>A node as a user has it: Kestrel, a silo and the edge in one host.</summary>
internal sealed class EdgeNode : IAsyncDisposable
{
    private EdgeNode(WebApplication app, int port, int siloPort) => (App, Port, SiloPort) = (app, port, siloPort);

    public WebApplication App { get; }

    public int Port { get; }

    public int SiloPort { get; }

    public EndPoint Address => new IPEndPoint(IPAddress.Loopback, Port);

    public static async Task<EdgeNode> StartAsync(
        Action<WebApplication> map,
        Action<EdgeOptions>? edge = null,
        Action<OrleansSocketsOptions>? silo = null,
        EdgeNode? primary = null,
        string environment = "Development",
        HttpProtocols protocols = HttpProtocols.Http1,
        Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var (siloPort, gatewayPort) = (FreePort.Next(), FreePort.Next());
        builder.Host.UseOrleans(orleans =>
        {
            orleans.UseLocalhostClustering(
                siloPort, gatewayPort, primary is null ? null : new IPEndPoint(IPAddress.Loopback, primary.SiloPort));
            orleans.AddOrleansSockets(silo);
        });
        builder.Services.AddOrleansSocketsEdge(edge);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new EdgeNode(app, new Uri(address).Port, siloPort);
    }

    public async Task<RawClient> ConnectAsync(string path)
    {
        var client = new RawClient();
        var head = await client.UpgradeAsync(Address, path);
        Assert.StartsWith("HTTP/1.1 101", head, StringComparison.Ordinal);
        return client;
    }

    /// <summary>The status line of an upgrade that fails.</summary>
    public async Task<string> StatusAsync(string path, string extra = "")
    {
        using var client = new RawClient();
        return StatusOf(await client.UpgradeAsync(Address, path, extra));
    }

    public static string StatusOf(string head) => head.Split(' ')[1];

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await App.StopAsync(hurry.Token);
        await App.DisposeAsync();
    }
}
