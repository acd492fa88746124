using OrleansSockets;
using OrleansSockets.Host;
using OrleansSockets.Host.Admin;
using OrleansSockets.Host.Rooms;

return await Startup.RunAsync(() =>
{
    // The settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    var configuration = builder.Configuration;
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    builder.ListenForAdministrators();
    builder.Services.AddProxy(configuration);
    builder.Services.AddOrleansSocketsEdge(options => configuration.GetSection("Edge").BindTo(options));
    builder.Services.AddAdminAccess(configuration);
    builder.AddConfiguredMetrics();
    builder.UseOrleans(silo => silo
        .UseConfiguredClustering()
        .UseConfiguredTls()
        .AddConfiguredStorage()
        .UseMembershipProfile(configuration.GetChoice<MembershipProfile>("Membership:Profile"))
        .UseNodeRole(configuration.GetChoice<NodeRole>("Node:Role"))
        .UseConfiguredIdentity()
        .UseConfiguredDirectoryCache()
        .AddOrleansSockets(options => options.AddConfigured(configuration)));

    var app = builder.Build();

    app.MapWebSocket("/echo", () =>
    {
        var (client, server) = new WebSocketPair();
        server.Accept();
        server.OnMessage(e => server.Send(e.Data));
        return Results.WebSocket(client);
    });
    app.MapWebSocketPairs("/pairs");
    app.MapWebSocketSession<IRoom>("/rooms/{name}");
    app.MapWebSocket("/proxy", Proxy.ConnectAsync);

    app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
    app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
    app.MapOrleansSocketsAdmin("/admin").RequireAuthorization(AdminAccess.Policy);
    app.MapConfiguredMetrics();

    // It shows nodes, deployments and timelines: outside of Development to those who may administer.
    var page = app.MapOrleansSocketsPage("/");
    if (!app.Environment.IsDevelopment())
    {
        page.RequireAuthorization(AdminAccess.Policy);
    }

    return app;
});
