using System.Collections;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets;

/// <summary>
/// Two joined ends: what one sends, the other receives. Usually one end stays here and is accepted, the other is returned to a client
/// (<c>Results.WebSocket(client)</c>). See https://developers.cloudflare.com/workers/runtime-apis/websockets/.
/// </summary>
public sealed class WebSocketPair : IEnumerable<WebSocketEnd>
{
    /// <summary>Makes a pair in the current context: an endpoint, a grain call or an event handler. Costs no I/O.</summary>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.NoContext"/>: there is no such context here.</exception>
    public WebSocketPair()
        : this(WebSocketContext.Current ?? throw WebSocketPairException.Of(WebSocketPairErrorKind.NoContext), null)
    {
    }

    internal WebSocketPair(WebSocketContext context, WebSocketPairOptions? options)
    {
        var pair = new Pair(context.Hub, PairId.New()) { Placement = options?.PlacementHint };
        using (pair.Gate.Enter())
        {
            var (client, server) = (pair.AddEnd(Side.Client, context.Settings), pair.AddEnd(Side.Server, context.Settings));
            client.MeetLocal(server);
            server.MeetLocal(client);
            (Client, Server) = (new WebSocketEnd(client, context), new WebSocketEnd(server, context));
        }
    }

    /// <summary>End 0, by custom the one that goes to the client.</summary>
    public WebSocketEnd Client { get; }

    /// <summary>End 1, by custom the one that stays.</summary>
    public WebSocketEnd Server { get; }

    /// <summary>End 0 or 1.</summary>
    /// <param name="index">0 or 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Neither 0 nor 1.</exception>
    public WebSocketEnd this[int index] => index switch
    {
        0 => Client,
        1 => Server,
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "A pair has the ends 0 and 1."),
    };

    /// <summary><c>var (client, server) = new WebSocketPair();</c></summary>
    public void Deconstruct(out WebSocketEnd client, out WebSocketEnd server) => (client, server) = (Client, Server);

    /// <summary>Both ends, 0 first.</summary>
    public IEnumerator<WebSocketEnd> GetEnumerator()
    {
        yield return Client;
        yield return Server;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
