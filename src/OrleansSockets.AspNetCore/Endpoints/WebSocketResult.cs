using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.AspNetCore.Sockets;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>The response that turns a request into a socket coupled to an end of this process.</summary>
internal sealed class WebSocketResult(WebSocketEnd end, string? protocol) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return Acceptor(httpContext).HandleAsync(
            httpContext, _ => Task.FromResult(new EndOffer { Ticket = end.TryRelease(), Protocol = protocol }), Drop);
    }

    public static SocketAcceptor Acceptor(HttpContext context) =>
        context.RequestServices.GetService<SocketAcceptor>()
        ?? throw new InvalidOperationException("Call services.AddOrleansSocketsEdge() to serve WebSocket clients.");

    // Nobody will ever come for the end: its peer should not wait for that.
    private void Drop()
    {
        try
        {
            CoupledSocketEnd.Join(end).Abort(null);
        }
        catch (WebSocketPairException)
        {
            // It was accepted or given away: then somebody has it.
        }
    }
}
