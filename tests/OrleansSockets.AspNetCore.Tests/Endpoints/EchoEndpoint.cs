using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>An endpoint that answers each message.</summary>
internal static class EchoEndpoint
{
    public static void Map(WebApplication app) => app.MapMethods("/echo", ["GET", "CONNECT"], () =>
    {
        var (client, server) = new WebSocketPair();
        server.Accept();
        server.OnMessage(e => server.Send($"echo: {e.Data}"));
        return Results.WebSocket(client);
    });
}
