using Orleans.Runtime.Placement;
using OrleansSockets.Links;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>An end attaches to its pair grain, wherever that is. It is known by its secret: the second time tells the same.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AttachCall")]
internal sealed record AttachCall(
    [property: Id(0)] PairId Pair, [property: Id(1)] SiloAddress? Placement, [property: Id(2)] AttachRequest Request)
    : DetouredCall<AttachReply>
{
    public override bool IsIdempotent => true;

    public override async Task<AttachReply> RunAsync(DetourSite site)
    {
        // The hint decides where a new activation goes; an active grain is called where it is.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, site.IsDetour ? site.Silo : Placement ?? site.Silo);
        try
        {
            return await site.Grains.GetGrain<IPairGrain>(Pair.Value).AttachAsync(Request).ConfigureAwait(false);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}

/// <summary>An end attaches to the pair grain on a silo that it knows.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AttachAtCall")]
internal sealed record AttachAtCall([property: Id(0)] SiloAddress Owner, [property: Id(1)] AttachRequest Request)
    : DetouredCall<AttachReply>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => Owner;

    public override Task<AttachReply> RunAsync(DetourSite site) => site.Service(Owner).AttachAsync(Request);
}

/// <summary>The pair grain asks for a released end. The same claimer may ask again.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AdoptCall")]
internal sealed record AdoptCall([property: Id(0)] SiloAddress Home, [property: Id(1)] AdoptRequest Request) : DetouredCall<AdoptReply>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => Home;

    public override Task<AdoptReply> RunAsync(DetourSite site) => site.Service(Home).AdoptAsync(Request);
}

/// <summary>The pair grain is told something of an end that is no more, named by its secret.</summary>
[GenerateSerializer, Alias("OrleansSockets.TellCall")]
internal abstract record TellCall([property: Id(0)] PairId Pair, [property: Id(1)] int Side, [property: Id(2)] Guid Secret)
    : DetouredCall<bool>
{
    public override bool IsIdempotent => true;

    public override async Task<bool> RunAsync(DetourSite site)
    {
        await TellAsync(site.Grains.GetGrain<IPairGrain>(Pair.Value)).ConfigureAwait(false);
        return true;
    }

    protected abstract Task TellAsync(IPairGrain grain);
}

/// <inheritdoc cref="IPairGrain.WithdrawAsync"/>
[GenerateSerializer, Immutable, Alias("OrleansSockets.WithdrawCall")]
internal sealed record WithdrawCall(PairId Pair, int Side, Guid Secret) : TellCall(Pair, Side, Secret)
{
    protected override Task TellAsync(IPairGrain grain) => grain.WithdrawAsync(Side, Secret);
}

/// <inheritdoc cref="IPairGrain.GiveUpAsync"/>
[GenerateSerializer, Immutable, Alias("OrleansSockets.GiveUpCall")]
internal sealed record GiveUpCall(PairId Pair, int Side, Guid Secret) : TellCall(Pair, Side, Secret)
{
    protected override Task TellAsync(IPairGrain grain) => grain.GiveUpAsync(Side, Secret);
}
