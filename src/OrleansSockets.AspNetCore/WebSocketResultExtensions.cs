using OrleansSockets;
using OrleansSockets.AspNetCore.Endpoints;
using OrleansSockets.Sessions;

namespace Microsoft.AspNetCore.Http;

/// <summary>Results that turn a request into a socket.</summary>
public static class WebSocketResultExtensions
{
    extension(Results)
    {
        /// <summary>
        /// Answers an upgrade with 101 and couples the client's socket to <paramref name="end"/>: the counterpart of
        /// <c>new Response(null, { status: 101, webSocket: client })</c>. The end is given away. A request without upgrade gets 426. An end
        /// that was accepted or given away before makes a 101 and then the end of TCP, as in Workers.
        /// </summary>
        /// <param name="end">A never accepted end, by custom the pair's <see cref="WebSocketPair.Client"/>.</param>
        /// <param name="protocol">One of the subprotocols that the client offers.</param>
        public static IResult WebSocket(WebSocketEnd end, string? protocol = null)
        {
            ArgumentNullException.ThrowIfNull(end);
            return new WebSocketResult(end, protocol);
        }

        /// <summary>Answers an upgrade with 101 and couples the client's socket to an end that was released elsewhere.</summary>
        /// <param name="ticket">From <see cref="WebSocketEnd.Release"/>.</param>
        /// <param name="protocol">One of the subprotocols that the client offers.</param>
        public static IResult WebSocket(EndTicket ticket, string? protocol = null)
        {
            ArgumentNullException.ThrowIfNull(ticket);
            return new TicketResult(new EndOffer { Ticket = ticket, Protocol = protocol });
        }

        /// <summary>Passes a session's answer on to the client.</summary>
        /// <param name="response">From <see cref="IWebSocketSession.UpgradeAsync"/>.</param>
        public static IResult WebSocket(UpgradeResponse response)
        {
            ArgumentNullException.ThrowIfNull(response);
            return new TicketResult(SessionEndpoint.ToOffer(response));
        }
    }
}
