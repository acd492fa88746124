using OrleansSockets.Custody;
using OrleansSockets.Deployments;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <inheritdoc cref="IWebSocketPairFactory"/>
internal sealed class WebSocketPairFactory(PairHub hub, EndClaims claims, DeploymentRegistry deployments) : IWebSocketPairFactory
{
    public WebSocketPair Create(WebSocketPairOptions? options = null) => new(Ambient(), options);

    public WebSocketContext CreateContext(string? deployment = null) =>
        new TurnQueueContext(hub, deployment is null ? deployments.Default : deployments.Get(deployment));

    public async Task<WebSocketEnd> ClaimAsync(EndTicket ticket, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var context = Ambient();
        WebSocketEnd? claimed = null;
        await claims.ClaimAsync(ticket, context.Settings, end => claimed = new WebSocketEnd(end, context), cancellationToken);
        return claimed!;
    }

    // A context of another silo of the same process, as in tests, is not ours.
    private WebSocketContext Ambient() => WebSocketContext.Current is { } current && current.Hub == hub ? current : CreateContext();
}
