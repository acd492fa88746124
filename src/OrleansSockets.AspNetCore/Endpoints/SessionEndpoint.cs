using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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
            var claims = context.RequestServices.GetRequiredService<IOptions<EdgeOptions>>().Value.SessionClaims;
            return ToOffer(await detour.CallAsync(new UpgradeCall(session, Describe(context, claims))));
        });
    }

    public static EndOffer ToOffer(UpgradeResponse response) => (response.Status == StatusCodes.Status101SwitchingProtocols
        ? new EndOffer { Ticket = response.Ticket, Protocol = response.Protocol }
        : EndOffer.Refuse(response.Status, response.Detail ?? "")) with { Headers = response.Headers };

    private static UpgradeRequest Describe(HttpContext context, ISet<string> claims) => new()
    {
        Path = context.Request.Path,
        Query = context.Request.QueryString.ToString(),
        Protocols = [.. WebSocketHandshake.Offered(context)],
        User = context.User.Identity?.Name,
        Headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        Method = context.Request.Method,
        Scheme = context.Request.Scheme,
        Host = context.Request.Host.Value ?? "",
        RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
        Claims = [.. context.User.Claims.Where(claim => claims.Contains(claim.Type))
            .Select(claim => new KeyValuePair<string, string>(claim.Type, claim.Value))],
        UserExpiresAt = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc,
    };
}
