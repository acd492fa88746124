using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSockets.Processes.Client;

// A process outside the cluster: the gateway's port, and what to do. It says on its output what came of it.
var gateway = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway).AddOrleansSocketsClient());
using var host = builder.Build();
await host.StartAsync();
await (args[1] switch
{
    "deployments" => DeploymentCalls.RunAsync(host.Services),
    "session" => SessionCalls.RunAsync(host.Services, args[2]),
    "claim" => ClaimCalls.RunAsync(host.Services),
    _ => throw new ArgumentException($"Unknown: {args[1]}", nameof(args)),
});
await host.StopAsync();
