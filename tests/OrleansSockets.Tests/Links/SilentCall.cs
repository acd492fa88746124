using OrleansSockets.Links;

namespace OrleansSockets.Tests.Links;

/// <summary>Says which silo made it; the one that it comes from never gets an answer.</summary>
[GenerateSerializer, Alias("OrleansSockets.Tests.SilentCall")]
internal sealed record SilentCall(
    [property: Id(0)] SiloAddress From, [property: Id(1)] SiloAddress To, [property: Id(2)] bool MayRunTwice) : DetouredCall<SiloAddress>
{
    public override bool IsIdempotent => MayRunTwice;

    public override SiloAddress? Target => To;

    public override Task<SiloAddress> RunAsync(DetourSite site) =>
        site.Silo.Equals(From) ? new TaskCompletionSource<SiloAddress>().Task : Task.FromResult(site.Silo);
}
