using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>A link opens: each silo tells the other which wire versions it speaks.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.HelloCall")]
internal sealed record HelloCall([property: Id(0)] SiloAddress To, [property: Id(1)] WireRange Spoken) : DetouredCall<WireRange>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => To;

    public override Task<WireRange> RunAsync(DetourSite site) => site.Service(To).HelloAsync(Spoken);
}
