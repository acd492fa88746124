using System.Net;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Processes.Node;
using OrleansSockets.Rendezvous;

// A node for tests that need real processes: --urls, --silo, --gateway, --primary (the first node's silo port); --address,
// --primaryAddress: by default the loopback one; --profile: by default the fast one; --wire: the highest wire version that it speaks, as an
// earlier release would.
var builder = WebApplication.CreateBuilder(args);
var silo = builder.Configuration.GetValue<int>("silo");
var primary = builder.Configuration.GetValue<int>("primary");
var gateway = builder.Configuration.GetValue<int>("gateway");
var address = IPAddress.Parse(builder.Configuration.GetValue("address", $"{IPAddress.Loopback}")!);
var first = new IPEndPoint(IPAddress.Parse(builder.Configuration.GetValue("primaryAddress", $"{IPAddress.Loopback}")!), primary);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("OrleansSockets", LogLevel.Information);
builder.UseOrleans(orleans => orleans
    .UseLocalhostClustering(silo, gateway, first.Equals(new IPEndPoint(address, silo)) ? null : first)
    .ConfigureEndpoints(address, silo, gateway)
    .UseMembershipProfile(builder.Configuration.GetValue("profile", MembershipProfile.Fast))
    .AddOrleansSockets(
        options => options.Wire = options.Wire with { Highest = builder.Configuration.GetValue("wire", options.Wire.Highest) }));
builder.Services.AddOrleansSocketsEdge();

var app = builder.Build();
app.MapWebSocketPairs("/pairs");
app.MapWebSocketSession<IRecorder>("/recorders/{name}");
app.MapGet("/silo", (PairHub hub) => hub.Silo.ToParsableString());
app.MapGet("/links/down", (SiloPaths paths) => paths.Outages.Select(link => $"{link.To.Endpoint} through {link.Through?.Endpoint}"));
app.MapGet(
    "/members/active",
    (ISiloStatusOracle members) => members.GetApproximateSiloStatuses(onlyActive: true).Keys.Select(member => $"{member.Endpoint}"));
app.MapHealthChecks("/health");
app.MapGet("/recorders/{name}/closes", (string name, IGrainFactory grains) => grains.GetGrain<IRecorder>(name).ClosesAsync());
app.MapGet("/pairs/{name}/silo", async (string name, IGrainFactory grains, HeldNames names) =>
{
    var pair = await PairOfAsync(name, grains, names);
    return (await pair.DescribeAsync()).Owner.ToParsableString();
});
app.MapPost("/pairs/{name}/move", async (string name, string? to, IGrainFactory grains, HeldNames names) =>
{
    var pair = await PairOfAsync(name, grains, names);
    await pair.MoveAsync(to is null ? null : SiloAddress.FromParsableString(to));
});
await app.RunAsync();

static async Task<IPairGrain> PairOfAsync(string name, IGrainFactory grains, HeldNames names)
{
    var id = await names.FindAsync(name);
    return grains.GetGrain<IPairGrain>(id!.Value.Value);
}
