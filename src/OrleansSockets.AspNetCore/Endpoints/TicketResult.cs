using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>The response that turns a request into a socket coupled to an end that was released anywhere.</summary>
internal sealed class TicketResult(EndOffer offer) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return WebSocketResult.Acceptor(httpContext).HandleAsync(httpContext, _ => Task.FromResult(offer));
    }
}
