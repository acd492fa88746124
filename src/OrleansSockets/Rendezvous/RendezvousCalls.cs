using OrleansSockets.Links;

namespace OrleansSockets.Rendezvous;

/// <summary>A client joins a name. The second time would find the side taken.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.JoinCall")]
internal sealed record JoinCall([property: Id(0)] string Name, [property: Id(1)] int Side, [property: Id(2)] SiloAddress Silo)
    : DetouredCall<RendezvousReply>
{
    public override bool IsIdempotent => false;

    public override Task<RendezvousReply> RunAsync(DetourSite site) => site.Grains.GetGrain<IRendezvousGrain>(Name).JoinAsync(Side, Silo);
}

/// <summary>A client leaves a name.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.LeaveCall")]
internal sealed record LeaveCall([property: Id(0)] string Name, [property: Id(1)] int Side, [property: Id(2)] EndTicket Ticket) : DetouredCall<bool>
{
    public override bool IsIdempotent => true;

    public override async Task<bool> RunAsync(DetourSite site)
    {
        await site.Grains.GetGrain<IRendezvousGrain>(Name).LeaveAsync(Side, Ticket).ConfigureAwait(false);
        return true;
    }
}
