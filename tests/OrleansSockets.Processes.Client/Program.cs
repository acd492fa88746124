using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using OrleansSockets;
using OrleansSockets.Compatibility;
using OrleansSockets.Deployments;
using OrleansSockets.Processes.Node;
using OrleansSockets.Sessions;

// A process outside the cluster: the gateway's port is its only argument. It says on its output what it did.
var gateway = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway).AddOrleansSocketsClient());
using var host = builder.Build();
await host.StartAsync();
var grains = host.Services.GetRequiredService<Orleans.IGrainFactory>();

var written = await grains.GetDeployment("outside").PutAsync(new CompatibilitySettings("2026-04-07", ["web_socket_manual_reply_to_close"]), ifRevision: 0);
Console.WriteLine($"put: {written.Outcome}, revision {written.Deployment?.Revision}");
var refused = await grains.GetDeployment("outside").PutAsync(new CompatibilitySettings("x", ["y"]), null);
Console.WriteLine($"refused: {refused.Outcome}, {string.Join(", ", refused.Problems.Select(problem => problem.Kind))}");
Console.WriteLine($"get: {(await grains.GetDeployment("outside").GetAsync())?.Settings.Flags[0]}");
Console.WriteLine($"list: {string.Join(", ", (await grains.ListDeploymentsAsync()).Select(deployment => deployment.Name))}");
var answer = await grains.GetGrain<IRecorder>("outside").UpgradeAsync(new UpgradeRequest());
Console.WriteLine($"session: {answer.Status}, ticket for side {answer.Ticket?.Side}");
try
{
    await host.Services.GetRequiredService<IWebSocketPairFactory>().ClaimAsync(answer.Ticket!);
}
catch (WebSocketPairException e)
{
    Console.WriteLine($"claim: {e.Kind}: {e.Message}");
}

await host.StopAsync();
