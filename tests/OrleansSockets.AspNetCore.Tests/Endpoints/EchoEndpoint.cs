using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Tests.Endpoints;

/// <summary>An endpoint that answers each message.</summary>
internal static class EchoEndpoint
{
    public static void Map(WebApplication app) => Map(app, (server, e) => server.Send($"echo: {e.Data}"));

    /// <summary>Each message goes back as it came, text or binary.</summary>
    public static void MapVerbatim(WebApplication app) => Map(app, (server, e) => server.Send(e.Data));

    private static void Map(WebApplication app, Action<WebSocketEnd, MessageEvent> answer) =>
        app.MapMethods("/echo", ["GET", "CONNECT"], () =>
        {
            var (client, server) = new WebSocketPair();
            server.Accept();
            server.OnMessage(e => answer(server, e));
            return Results.WebSocket(client);
        });
}
