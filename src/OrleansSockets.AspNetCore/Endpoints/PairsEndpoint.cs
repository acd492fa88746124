using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.AspNetCore.Sockets;
using OrleansSockets.Pairs;
using OrleansSockets.Rendezvous;
using OrleansSockets.Rules;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>Two clients, each on any node, become the two ends of the pair that their address names.</summary>
internal static class PairsEndpoint
{
    public const string Name = "name";
    public const string Side = "side";

    public static Task HandleAsync(HttpContext context) =>
        WebSocketResult.Acceptor(context).HandleAsync(context, timeout => JoinAsync(context, timeout));

    private static async Task<EndOffer> JoinAsync(HttpContext context, CancellationToken timeout)
    {
        if (context.GetRouteValue(Side)?.ToString() is not ("0" or "1") and var wrong)
        {
            return EndOffer.Refuse(StatusCodes.Status404NotFound, $"A pair has the ends 0 and 1, not '{wrong}'.");
        }

        if (NameCheck.Check(context.GetRouteValue(Name)?.ToString()) is { } failure)
        {
            return new EndOffer { Failure = failure };
        }

        var services = context.RequestServices;
        var options = services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        if (services.GetRequiredService<WaitingClients>().TryEnter(context.Connection.RemoteIpAddress) is not { } place)
        {
            return Refuse(
                StatusCodes.Status429TooManyRequests,
                $"{options.MaxWaitingPerAddress} clients of your address wait for their partners already "
                    + $"({nameof(EdgeOptions.MaxWaitingPerAddress)}).");
        }

        var hub = services.GetRequiredService<PairHub>();
        var names = services.GetRequiredService<HeldNames>();
        var side = context.GetRouteValue(Side)!.ToString() == "0" ? Rules.Side.Client : Rules.Side.Server;
        var name = context.GetRouteValue(Name)!.ToString()!;
        EndOffer? offer = null;
        try
        {
            var joined = await names.JoinAsync(name, side, timeout);
            return joined.Outcome switch
            {
                NameOutcome.Taken => EndOffer.Refuse(StatusCodes.Status409Conflict, $"End {(int)side} of the pair '{name}' has a client."),
                NameOutcome.Gone => EndOffer.Refuse(
                    StatusCodes.Status410Gone,
                    $"The pair '{name}' has ended; its name is free again in {Math.Ceiling(joined.FreeIn.TotalSeconds)} s."),
                NameOutcome.Joined => offer = Offer(joined.Held!, place, names, hub, options.PartnerTimeout),
                _ => Refuse(
                    StatusCodes.Status503ServiceUnavailable,
                    "The cluster has just changed and does not know yet who holds this name; try again."),
            };
        }
        finally
        {
            if (offer is null)
            {
                place.Dispose();
            }
        }
    }

    private static EndOffer Refuse(int status, string detail) => new()
    {
        Failure = new HandshakeFailure(status, detail) { Headers = new Dictionary<string, string> { [HeaderNames.RetryAfter] = "1" } },
    };

    private static EndOffer Offer(HeldName held, IDisposable place, HeldNames names, PairHub hub, TimeSpan partnerTimeout) => new()
    {
        // This pair has no live object anywhere yet: the ticket names no home, and its secret proves nothing.
        Ticket = new EndTicket(
            held.Pair, (int)held.Side, held.Secret, hub.Host.Clock.GetUtcNow() + hub.Host.Options.ClaimTimeout, home: null, held.Placement),
        AwaitsClient = true,
        Beside = async (end, socket, over) =>
        {
            held.Attach(
                waits: () => !end.HasMet,
                strayed: () => socket.CloseWith(
                    CloseCode.ServiceRestart, "The name was given out anew while the cluster changed; connect again."));
            await WaitForPartnerAsync(end, socket, partnerTimeout, hub.Host.Clock, over);
            place.Dispose();
        },
        Ended = (end, socket) =>
        {
            place.Dispose();
            names.Leave(held, Ending(end, socket));
        },
    };

    private static NameEnding Ending(CoupledSocketEnd? end, EdgeSocket? socket) =>
        end is null || socket is null || !end.HasMet ? NameEnding.Unmet
        : socket.IsEndedByClient ? NameEnding.ByClient
        : NameEnding.ByOthers;

    private static async Task WaitForPartnerAsync(
        CoupledSocketEnd end, EdgeSocket socket, TimeSpan limit, TimeProvider clock, CancellationToken over)
    {
        try
        {
            await end.PeerAttached.WaitAsync(limit == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : limit, clock, over);
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
