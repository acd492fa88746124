namespace OrleansSockets.Contexts;

/// <summary>Of a process outside the cluster, where no end can live.</summary>
internal sealed class OutsidePairFactory : IWebSocketPairFactory
{
    public WebSocketPair Create(WebSocketPairOptions? options = null) => throw NotLocal("make");

    public WebSocketContext CreateContext(string? deployment = null) => throw NotLocal("make");

    public Task<WebSocketEnd> ClaimAsync(EndTicket ticket, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return Task.FromException<WebSocketEnd>(NotLocal("claim"));
    }

    private static WebSocketPairException NotLocal(string what) => new(
        WebSocketPairErrorKind.NotLocal,
        $"This process cannot {what} an end: it is a client outside the cluster, and messages travel between silos only. Pass the ticket "
            + $"to a grain and {what} the end there.");
}
