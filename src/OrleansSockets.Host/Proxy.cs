using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore;

namespace OrleansSockets.Host;

/// <summary>Joins a client to another server; messages and Closes pass through.</summary>
internal static class Proxy
{
    public static void AddProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ProxyOptions>().Configure(options => configuration.GetSection("Proxy").BindTo(options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptions.Validator>();
    }

    public static async Task<IResult> ConnectAsync(
        Uri to, IOptions<ProxyOptions> options, IWebSocketConnector connector, CancellationToken cancellationToken)
    {
        if (!options.Value.Allows(to))
        {
            return Results.Problem($"{to} is not among the addresses of Proxy:Allow.", statusCode: StatusCodes.Status403Forbidden);
        }

        var (client, server) = new WebSocketPair();
        try
        {
            var backend = await connector.ConnectWebSocketAsync(to, cancellationToken: cancellationToken);
            _ = WebSocketEnd.Couple(server, backend); // Goes on after this request, and never fails.
            return Results.WebSocket(client);
        }
        catch (WebSocketPairException unreachable) when (unreachable.Kind == WebSocketPairErrorKind.PeerDisconnected)
        {
            return Results.Problem(unreachable.Message, statusCode: StatusCodes.Status502BadGateway);
        }
    }
}
