using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.Links;
using OrleansSockets.Sessions;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>Routes an upgrade to the session grain that its address names.</summary>
internal static class SessionEndpoint
{
    public static Task HandleAsync<TSession>(HttpContext context, string parameter)
        where TSession : IWebSocketSession
    {
        var name = context.GetRouteValue(parameter)?.ToString();
        return WebSocketResult.Acceptor(context).HandleAsync(context, async _ =>
        {
            if (NameCheck.Check(name) is { } failure)
            {
                return new EndOffer { Failure = failure };
            }

            var session = context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<TSession>(name!);
            var detour = context.RequestServices.GetRequiredService<SiloDetour>();
            return ToOffer(await detour.CallAsync(new UpgradeCall(session, Describe(context))));
        });
    }

    public static EndOffer ToOffer(UpgradeResponse response) => response.Status == StatusCodes.Status101SwitchingProtocols
        ? new EndOffer { Ticket = response.Ticket, Protocol = response.Protocol }
        : EndOffer.Refuse(response.Status, response.Detail ?? "");

    private static UpgradeRequest Describe(HttpContext context) => new()
    {
        Path = context.Request.Path,
        Query = context.Request.QueryString.ToString(),
        Protocols = [.. WebSocketHandshake.Offered(context)],
        User = context.User.Identity?.Name,
        Headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
    };
}
