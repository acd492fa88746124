namespace OrleansSockets.Sessions;

/// <summary>A session's answer: an end of a pair for the client, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.UpgradeResponse")]
public sealed record UpgradeResponse
{
    private UpgradeResponse(int status) => Status = status;

    /// <summary>101 or the status of a refusal.</summary>
    [Id(0)]
    public int Status { get; private set; }

    /// <summary>The subprotocol that the session chose.</summary>
    [Id(1)]
    public string? Protocol { get; private set; }

    /// <summary>A refusal's text.</summary>
    [Id(2)]
    public string? Detail { get; private set; }

    /// <summary>
    /// The client's end; null if the end that was returned had been accepted or given away before: the client gets 101 and then the end of
    /// TCP.
    /// </summary>
    [Id(3)]
    public EndTicket? Ticket { get; private set; }

    /// <summary>Gives an end to the client. The end is released.</summary>
    /// <param name="end">A never accepted end.</param>
    /// <param name="protocol">One of the offered subprotocols.</param>
    public static UpgradeResponse WebSocket(WebSocketEnd end, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(end);
        return new UpgradeResponse(101) { Protocol = protocol, Ticket = end.TryRelease() };
    }

    /// <summary>Passes on the right to an end that was made elsewhere.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="protocol">One of the offered subprotocols.</param>
    public static UpgradeResponse WebSocket(EndTicket ticket, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return new UpgradeResponse(101) { Protocol = protocol, Ticket = ticket };
    }

    /// <summary>Refuses the client.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="detail">For the problem document.</param>
    public static UpgradeResponse Reject(int status, string detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return new UpgradeResponse(status) { Detail = detail };
    }
}
