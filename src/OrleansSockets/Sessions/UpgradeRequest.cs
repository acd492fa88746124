namespace OrleansSockets.Sessions;

/// <summary>A client's request for an upgrade, as a session sees it.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.UpgradeRequest")]
public sealed record UpgradeRequest
{
    /// <summary>The path.</summary>
    [Id(0)]
    public string Path { get; init; } = "/";

    /// <summary>The query string with its <c>?</c>, or "".</summary>
    [Id(1)]
    public string Query { get; init; } = "";

    /// <summary>The subprotocols that the client offers, in its order.</summary>
    [Id(2)]
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>The user's name, if the edge authenticated one.</summary>
    [Id(3)]
    public string? User { get; init; }

    /// <summary>The request's headers; cookies and credentials included, so do not log them.</summary>
    [Id(4)]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>GET, or CONNECT over HTTP/2.</summary>
    [Id(5)]
    public string Method { get; init; } = "GET";

    /// <summary><c>http</c> or <c>https</c>, as the edge was asked.</summary>
    [Id(6)]
    public string Scheme { get; init; } = "http";

    /// <summary>The host that the client asked for, with its port if it named one.</summary>
    [Id(7)]
    public string Host { get; init; } = "";

    /// <summary>The address of the client, as the edge sees it; null if there is none. Behind a proxy it is the proxy's, unless the edge
    /// takes forwarded headers.</summary>
    [Id(8)]
    public string? RemoteAddress { get; init; }

    /// <summary>The user's claims of the types that the edge's <c>EdgeOptions.SessionClaims</c> names, in their order.</summary>
    [Id(9)]
    public IReadOnlyList<KeyValuePair<string, string>> Claims { get; init; } = [];

    /// <summary>When what authenticated the user ends; null: nothing says so.</summary>
    [Id(10)]
    public DateTimeOffset? UserExpiresAt { get; init; }

    /// <summary>The first value of a parameter of the query, decoded; "" for one without a value, null for one that is not there.</summary>
    /// <param name="name">The parameter.</param>
    public string? GetQueryValue(string name) => GetQueryValues(name) is [var first, ..] ? first : null;

    /// <summary>All values of a parameter of the query, decoded, in their order.</summary>
    /// <param name="name">The parameter; case counts.</param>
    public IReadOnlyList<string> GetQueryValues(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> values = [];
        foreach (var parameter in Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var split = parameter.IndexOf('=', StringComparison.Ordinal);
            if (Decode(split < 0 ? parameter : parameter[..split]) == name)
            {
                values.Add(split < 0 ? "" : Decode(parameter[(split + 1)..]));
            }
        }

        return values;
    }

    private static string Decode(string part) => Uri.UnescapeDataString(part.Replace('+', ' '));
}
