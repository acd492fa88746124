using OrleansSockets.Links;

namespace OrleansSockets.Sessions;

/// <summary>A client asks a session for an upgrade. Each time makes a pair, so it is never made twice.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.UpgradeCall")]
internal sealed record UpgradeCall([property: Id(0)] IWebSocketSession Session, [property: Id(1)] UpgradeRequest Request)
    : DetouredCall<UpgradeResponse>
{
    public override bool IsIdempotent => false;

    public override Task<UpgradeResponse> RunAsync(DetourSite site) => Session.UpgradeAsync(Request);
}
