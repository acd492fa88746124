using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Core.Internal;
using Orleans.Storage;
using OrleansSockets.AspNetCore.Tests.Endpoints;
using OrleansSockets.Deployments;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

public sealed class AdminEndpointsTests
{
    private static readonly object Settings = new { compatibilityDate = "2026-04-07" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RequireAuthorization_OfTheHost_Decides()
    {
        await using var node = await EdgeNode.StartAsync(
            app => app.MapOrleansSocketsAdmin("/admin").RequireAuthorization("operator"),
            services: services =>
            {
                services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderScheme>("header", null);
                services.AddAuthorization(options => options.AddPolicy("operator", policy => policy.RequireRole("operator")));
            });
        using var http = new AdminHttp(node);

        Assert.Equal(401, (await http.GetAsync("deployments")).Status);
        Assert.Equal(401, (await http.GetAsync("openapi.json")).Status);
        Assert.Equal(403, (await http.GetAsync("deployments", ("Role", "reader"))).Status);
        Assert.Equal(403, (await http.PutAsync("deployments/x", Settings, ("Role", "reader"))).Status);
        Assert.Equal(200, (await http.GetAsync("deployments", ("Role", "operator"))).Status);
    }

    [Fact]
    public async Task OpenApi_DescribesEveryEndpointOfTheAdminApiAndNoOther()
    {
        await using var node = await EdgeNode.StartAsync(app =>
        {
            app.MapOrleansSocketsAdmin("/admin");
            app.MapGet("/other", () => "");
        });
        using var http = new AdminHttp(node);

        var paths = (await http.GetAsync("openapi.json")).Expect(200).GetProperty("paths");

        Assert.Equal(
            [
                "/admin/compare post", "/admin/deployments get", "/admin/deployments/{name} delete", "/admin/deployments/{name} get",
                "/admin/deployments/{name} put",
                "/admin/deployments/{name}/effective get", "/admin/effective post", "/admin/nodes get", "/admin/nodes/{node}/drain post",
                "/admin/pairs get",
                "/admin/pairs/{pair} get", "/admin/pairs/{pair}/close post", "/admin/pairs/{pair}/drop post",
            ],
            from path in paths.EnumerateObject()
            from operation in path.Value.EnumerateObject()
            orderby path.Name + " " + operation.Name
            select $"{path.Name} {operation.Name}");
        Assert.All(paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()), operation =>
            Assert.NotEqual("", operation.Value.GetProperty("summary").GetString()));
    }

    [Fact]
    public async Task Drain_OfANode_ClosesItsSocketsAndTakesNoMore()
    {
        await using var node = await EdgeNode.StartAsync(app =>
        {
            app.MapOrleansSocketsAdmin("/admin");
            app.MapWebSocketPairs("/pairs");
        });
        using var http = new AdminHttp(node);
        using var client = await node.ConnectAsync("/pairs/drained/0");
        var nodes = (await http.GetAsync("nodes")).Expect(200);
        var address = Assert.Single(nodes.EnumerateArray()).GetProperty("address").GetString();
        Assert.Equal(("active", 1), (nodes[0].GetProperty("status").GetString(), nodes[0].GetProperty("sockets").GetInt32()));

        (await http.PostAsync("nodes/nowhere/drain")).Expect(404);
        Assert.Equal("draining", (await http.PostAsync($"nodes/{address}/drain")).Expect(202).GetProperty("status").GetString());

        Assert.StartsWith("close 1001", await client.ReadAsync(), StringComparison.Ordinal);
        await client.SendCloseAsync(1001);
        Assert.Equal("fin", await client.ReadAsync());
        Assert.Equal("503", await node.StatusAsync("/pairs/drained/1"));
    }

    [Fact]
    public async Task Put_StoreAway_503WithinFiveSecondsAndAllIsWellAfterwards()
    {
        var store = new FreezableStorage();
        await using var node = await StartAsync(store);
        using var http = new AdminHttp(node);
        (await http.PutAsync("deployments/kept", Settings)).Expect(201);

        store.Freeze();
        var started = TimeProvider.System.GetTimestamp();
        var answer = await http.PutAsync("deployments/kept", Settings, ("If-Match", "\"1\""));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        answer.Expect(503);
        Assert.Equal(TimeSpan.FromSeconds(2), answer.RetryAfter);
        Assert.Contains("The last settings stay in force", answer.Detail, StringComparison.Ordinal);
        Assert.Equal(1, (await http.GetAsync("deployments/kept")).Expect(200).GetProperty("revision").GetInt64());

        store.Thaw();
        var after = await http.PutAsync("deployments/kept", Settings);
        Assert.InRange(after.Expect(200).GetProperty("revision").GetInt64(), 2, 3);
    }

    [Fact]
    public async Task Get_StoreAwayAndTheGrainsGone_AnswersWithWhatTheNodeUses()
    {
        var store = new FreezableStorage();
        await using var node = await StartAsync(store);
        using var http = new AdminHttp(node);
        (await http.PutAsync("deployments/kept", Settings)).Expect(201);
        while (node.App.Services.GetRequiredService<DeploymentRegistry>().Find("kept") is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        }

        store.Freeze();
        try
        {
            // As after the loss of their silo: they cannot come back without the store.
            var grains = node.App.Services.GetRequiredService<IGrainFactory>();
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Token);
            await grains.GetGrain<IDeploymentCatalogGrain>(0).Cast<IGrainManagementExtension>().DeactivateOnIdle(Token);

            var (list, one, effective, other) = (
                http.GetAsync("deployments"), http.GetAsync("deployments/kept"),
                http.GetAsync("deployments/kept/effective"), http.GetAsync("deployments/other"));
            Assert.Contains((await list).Expect(200).EnumerateArray(), deployment => deployment.GetProperty("name").GetString() == "kept");
            Assert.Equal(1, (await one).Expect(200).GetProperty("revision").GetInt64());
            (await effective).Expect(200);
            // Not a 404: another node may just have made it.
            (await other).Expect(503);
        }
        finally
        {
            store.Thaw();
        }
    }

    [Fact]
    public void Map_WithoutTheEdge_NamesWhatIsMissing()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        var error = Assert.Throws<InvalidOperationException>(() => app.MapOrleansSocketsAdmin("/admin"));

        Assert.Contains("AddOrleansSocketsEdge", error.Message, StringComparison.Ordinal);
    }

    private static Task<EdgeNode> StartAsync(IGrainStorage store) => EdgeNode.StartAsync(
        app => app.MapOrleansSocketsAdmin("/admin"),
        services: services => services.AddKeyedSingleton(DeploymentStorage.Name, store));

    private sealed class HeaderScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(Request.Headers["Role"].FirstOrDefault() is { } role
            ? AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)], "header")), "header"))
            : AuthenticateResult.NoResult());
    }
}
