using Microsoft.AspNetCore.Http;
using OrleansSockets.Frames;

namespace OrleansSockets.AspNetCore;

/// <summary>How an edge treats client sockets. Checked at start: a bad value stops the host with a sentence that names it.</summary>
public sealed class EdgeOptions
{
    /// <summary>How strictly frames are held to RFC 6455. Default <see cref="ProtocolChecks.Strict"/>.</summary>
    public ProtocolChecks ProtocolChecks { get; set; } = ProtocolChecks.Strict;

    /// <summary>
    /// Origins (<c>https://example.com</c>, with a port if it is not the default) whose pages may open sockets; <c>*</c> is any. Another
    /// origin gets 403. Requests without an <c>Origin</c> header come from no browser and pass. Default: none; in the Development
    /// environment all pass.
    /// </summary>
    public ISet<string> AllowedOrigins { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The most sockets at a time; the next one gets 503 with <c>Retry-After</c>. Default 100,000; at least 1.</summary>
    public int MaxSockets { get; set; } = 100_000;

    /// <summary>
    /// The most bytes of one received message, all fragments together; a larger one is answered with 1009. Default 0: what the deployment's
    /// settings say, 32 MiB as in Workers. Else at least 125.
    /// </summary>
    public int MaxMessageSize { get; set; }

    /// <summary>
    /// Names the deployment whose settings a request's context and socket take; null is the silo's own. An unknown one fails the request
    /// with 404. Default: always null.
    /// </summary>
    public Func<HttpContext, string?> Deployment { get; set; } = static _ => null;

    /// <summary>
    /// Types of the user's claims that a session gets with the request for an upgrade
    /// (<see cref="Sessions.UpgradeRequest.Claims"/>). Default: none; a session knows the user's name only.
    /// </summary>
    public ISet<string> SessionClaims { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// From the request to the 101 response: a session that has not answered by then makes a 504. Default 15 s; 0: no limit.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long one write may wait for a client that does not read. Then its socket is reset and the peer sees 1006. Default 30 s; 0: no
    /// limit. In the other direction, a peer that does not take what a client sent before it ended TCP without a Close has a sixth of it
    /// (5 s).
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this silence of a client it gets a Ping. While the edge has stopped reading, because the peer is too slow, only where an end
    /// of the connection would not show otherwise. Default 30 s; 0: never.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long after a Ping anything may take to arrive. Then the socket is reset and the peer sees 1006. Not counted while the peer is
    /// too slow for the client and the edge has stopped reading. Default 20 s; 0: no limit.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// From the first Close that passes to the other one. Then the socket is reset, and an end that waits for an answer sees 1006. Workers
    /// have no such limit: keep it above the ones of browsers. Default 5 min; 0: no limit. A client that answers a Close of the edge itself
    /// by sending on is reset after a tenth of it (30 s), or 64 MiB.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the client of a named pair waits for the other one. Then it is closed with 4408. Default 60 s; 0: no limit.
    /// </summary>
    public TimeSpan PartnerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The most clients of one address that may wait for their partners on this node at a time; the next one gets 429. Clients behind a
    /// proxy share its address, unless the application uses forwarded headers. Default 10,000; 0: no limit.
    /// </summary>
    public int MaxWaitingPerAddress { get; set; } = 10_000;

    /// <summary>The code that open sockets are closed with at shutdown: 1001 (default) or 1012.</summary>
    public int DrainCode { get; set; } = CloseCode.GoingAway;

    /// <summary>From readiness off to the first Close at shutdown: what a load balancer needs to notice. Default 0.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>
    /// Over this time the Closes of a shutdown are spread, so that clients do not all come back at once. Default 5 s; a few sockets need
    /// less.
    /// </summary>
    public TimeSpan DrainPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// All of a shutdown's draining; what is still open then is reset. Keep it below the host's <c>ShutdownTimeout</c> and the platform's
    /// grace period. Default 20 s; more than <see cref="DrainDelay"/> and <see cref="DrainPeriod"/> together. Whenever the edge closes a
    /// socket, a peer that takes nothing for a twentieth of it (1 s) misses what the client still sends. When all are closed, the node
    /// takes a tenth of it (2 s) at most to tell others of clients that have left.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
