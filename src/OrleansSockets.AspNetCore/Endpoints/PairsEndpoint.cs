using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Pairs;
using OrleansSockets.Rendezvous;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>Two clients, each on any node, become the two ends of the pair that their address names.</summary>
internal static class PairsEndpoint
{
    public const string Name = "name";
    public const string Side = "side";

    public static Task HandleAsync(HttpContext context) =>
        WebSocketResult.Acceptor(context).HandleAsync(context, _ => JoinAsync(context));

    private static async Task<EndOffer> JoinAsync(HttpContext context)
    {
        if (context.GetRouteValue(Side)?.ToString() is not ("0" or "1") and var wrong)
        {
            return EndOffer.Refuse(StatusCodes.Status404NotFound, $"A pair has the ends 0 and 1, not '{wrong}'.");
        }

        var services = context.RequestServices;
        var hub = services.GetRequiredService<PairHub>();
        var side = context.GetRouteValue(Side)!.ToString() == "0" ? 0 : 1;
        var name = context.GetRouteValue(Name)!.ToString()!;
        var reply = await hub.Detour.CallAsync(new JoinCall(name, side, hub.Silo));
        var partnerTimeout = services.GetRequiredService<IOptions<EdgeOptions>>().Value.PartnerTimeout;
        return reply.Outcome switch
        {
            RendezvousOutcome.Taken => EndOffer.Refuse(StatusCodes.Status409Conflict, $"End {side} of the pair '{name}' has a client."),
            RendezvousOutcome.Gone => EndOffer.Refuse(StatusCodes.Status410Gone, $"The pair '{name}' has ended; its name is free again in a minute."),
            _ => new EndOffer
            {
                Ticket = reply.Ticket,
                AwaitsClient = true,
                Beside = (end, socket, over) => WaitForPartnerAsync(end, socket, partnerTimeout, hub.Clock, over),
                Ended = () => hub.Detour.CallAsync(new LeaveCall(name, side, reply.Ticket!)),
            },
        };
    }

    private static async Task WaitForPartnerAsync(
        CoupledSocketEnd end, EdgeSocket socket, TimeSpan limit, TimeProvider clock, CancellationToken over)
    {
        if (limit == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await end.PeerAttached.WaitAsync(limit, clock, over);
        }
        catch (TimeoutException)
        {
            socket.CloseWith(CloseCode.PartnerTimeout, $"Nobody joined the other end within PartnerTimeout ({limit}).");
        }
        catch (OperationCanceledException)
        {
            // The client left before.
        }
    }
}
