namespace OrleansSockets;

/// <summary>
/// The close codes of RFC 6455 section 7.4 and of the IANA registry that have a meaning here, and which of all may be sent.
/// </summary>
public static class CloseCode
{
    /// <summary>The purpose of the connection is fulfilled.</summary>
    public const int Normal = 1000;

    /// <summary>An endpoint goes away: a server shuts down, a page is left.</summary>
    public const int GoingAway = 1001;

    /// <summary>The peer broke the protocol.</summary>
    public const int ProtocolError = 1002;

    /// <summary>A kind of data that the endpoint does not take.</summary>
    public const int UnsupportedData = 1003;

    /// <summary>Reported only, never sent: the Close frame had no code.</summary>
    public const int NoStatus = 1005;

    /// <summary>Reported only, never sent: the connection ended without a Close frame.</summary>
    public const int Abnormal = 1006;

    /// <summary>Data that does not fit its type, such as text that is not UTF-8.</summary>
    public const int InvalidPayload = 1007;

    /// <summary>A message that breaks the endpoint's policy.</summary>
    public const int PolicyViolation = 1008;

    /// <summary>A message too big to process.</summary>
    public const int MessageTooBig = 1009;

    /// <summary>The endpoint met a condition that it did not expect.</summary>
    public const int InternalError = 1011;

    /// <summary>The service restarts; connect again.</summary>
    public const int ServiceRestart = 1012;

    /// <summary>The service is overloaded; connect again later.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>Ours: the partner of a rendezvous did not come in time.</summary>
    public const int PartnerTimeout = 4408;

    /// <summary>
    /// Whether <c>Close</c> accepts the code: 1000 to 4999 without 1004, 1005, 1006 and 1015, as Cloudflare Workers do.
    /// </summary>
    /// <param name="code">The code.</param>
    /// <param name="pedantic">Only 1000 and 3000 to 4999, as browsers do (flag <c>pedantic_wpt</c>).</param>
    public static bool MayBeSent(int code, bool pedantic) => pedantic
        ? code is 1000 or (>= 3000 and <= 4999)
        : code is >= 1000 and <= 4999 and not (1004 or 1005 or 1006 or 1015);

    /// <summary>
    /// Whether a Close frame may carry the code by RFC 6455 section 7.4 and the IANA registry: 1000 to 1003, 1007 to 1014 and 3000 to 4999;
    /// the rest is reserved.
    /// </summary>
    /// <param name="code">The code.</param>
    internal static bool MayBeReceived(int code) =>
        code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
