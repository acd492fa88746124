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
}
