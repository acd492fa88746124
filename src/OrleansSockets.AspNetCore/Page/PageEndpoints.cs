using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansSockets.AspNetCore.Handshakes;

namespace OrleansSockets.AspNetCore.Page;

internal static class PageEndpoints
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes, string pattern)
    {
        var page = routes.MapGroup(pattern);
        var parts = page.MapGroup("page");

        page.MapGet("", (HttpContext http) => Show(http, pattern));
        parts.MapGet("page.css", () => Results.Text(PageContent.Read("page.css"), "text/css"));
        parts.MapGet("page.js", () => Results.Text(PageContent.Read("page.js"), "text/javascript"));
        parts.MapGet("choices", (PagePairs pairs) => pairs.Choices());
        parts.MapPost("pairs", (string client, string server, string clientDeployment, string serverDeployment, PagePairs pairs) =>
            pairs.MakeAsync(client, server, clientDeployment, serverDeployment));
        parts.MapGet("pairs/{pair:guid}", (Guid pair, PagePairs pairs) => pairs.TellAsync(pair));
        parts.MapWebSocketSession<IDrivenEnd>("ends/{name}").WithMetadata(OwnOrigin.Allowed);
        return page;
    }

    private static IResult Show(HttpContext http, string pattern)
    {
        http.Response.Headers.ContentSecurityPolicy = PageContent.SecurityPolicy;
        var folder = $"{http.Request.PathBase}{pattern.TrimEnd('/')}/page/";
        return Results.Content(
            PageContent.Read("page.html").Replace("{{base}}", folder, StringComparison.Ordinal), "text/html; charset=utf-8");
    }
}
