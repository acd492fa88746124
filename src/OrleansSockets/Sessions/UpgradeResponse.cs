namespace OrleansSockets.Sessions;

/// <summary>A session's answer: an end of a pair for the client, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.UpgradeResponse")]
public sealed record UpgradeResponse
{
    private static readonly HashSet<string> Reserved =
        new(["Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Trailer"], StringComparer.OrdinalIgnoreCase);

    // Null from a node that knows of none.
    [Id(4)]
    private IReadOnlyList<KeyValuePair<string, string>>? _headers;

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

    /// <summary>Headers that the client gets with the answer, 101 or a refusal.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers ?? [];

    /// <summary>The same answer with one more header, such as <c>Set-Cookie</c>.</summary>
    /// <param name="name">A name of letters, digits and the signs that RFC 9110 allows, and none that the upgrade itself needs.</param>
    /// <param name="value">Visible characters of ASCII, spaces and tabs.</param>
    /// <exception cref="ArgumentException">Neither can be sent.</exception>
    public UpgradeResponse WithHeader(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!name.All(IsNameCharacter) || Reserved.Contains(name) || name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{name}' cannot be a header of an answer to an upgrade.", nameof(name));
        }

        if (!value.All(character => character is '\t' or (>= ' ' and <= '~')))
        {
            throw new ArgumentException($"The value of the header {name} has a character that cannot be sent.", nameof(value));
        }

        return this with { _headers = [.. Headers, new(name, value)] };
    }

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

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character);
}
