using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansSockets.Host.Tests.Readme;

/// <summary>The first example of README; a test compares its lines.</summary>
internal static class EchoExample
{
    public static void Run(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddOrleansSocketsEdge();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddOrleansSockets());
        var app = builder.Build();

        app.MapWebSocket("/echo", () =>
        {
            var (client, server) = new WebSocketPair();          // also pair[0], pair[1], pair.Client, pair.Server
            server.Accept();                                     // or Accept(new AcceptOptions { AllowHalfOpen = true })
            server.OnMessage(e => server.Send($"echo: {e.Data}"));
            server.OnClose(e => Console.WriteLine($"{e.Code} {e.Reason} {e.WasClean}, now {server.ReadyState}"));
            return Results.WebSocket(client);                    // `new Response(null, {status: 101, webSocket: client})`
        });

        app.Run();
    }
}
