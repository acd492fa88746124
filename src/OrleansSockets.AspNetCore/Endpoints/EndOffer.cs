using OrleansSockets.AspNetCore.Handshakes;
using OrleansSockets.AspNetCore.Sockets;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>What an endpoint has for a client: an end, or a refusal.</summary>
internal sealed record EndOffer
{
    public HandshakeFailure? Failure { get; init; }

    /// <summary>The end; null with no failure if it was used before, which the client sees as 101 and then the end of TCP.</summary>
    public EndTicket? Ticket { get; init; }

    /// <summary>The chosen subprotocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>Headers that go with the answer, whichever it is.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Another client takes the other end: this one may come long before, and must be missed if it leaves.</summary>
    public bool AwaitsClient { get; init; }

    /// <summary>Runs beside the socket; the token fires when it ends.</summary>
    public Func<CoupledSocketEnd, EdgeSocket, CancellationToken, Task>? Beside { get; init; }

    /// <summary>Called when the socket has ended; null if it did not come to be. It must not wait for anything.</summary>
    public Action<CoupledSocketEnd?, EdgeSocket?>? Ended { get; init; }

    public static EndOffer Refuse(int status, string detail) => new() { Failure = new HandshakeFailure(status, detail) };
}
