using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>
/// Refuses a request that cannot become a socket before its handler runs: a handler may open a connection, or make a grain call.
/// </summary>
internal sealed class HandshakeFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.RequestServices.GetRequiredService<SocketAcceptor>().Check(http) is { } failure)
        {
            await failure.WriteAsync(http);
            return Results.Empty;
        }

        return await next(context);
    }
}
