using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Links;

namespace OrleansSockets.Rendezvous;

/// <summary>A client takes a side of a name. It is known by its secret: asked again, the answer is the same.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameJoinCall")]
internal sealed record NameJoinCall([property: Id(0)] SiloAddress Home, [property: Id(1)] NameJoin Join) : DetouredCall<NameReply>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => Home;

    public override Task<NameReply> RunAsync(DetourSite site) => RendezvousCalls.Service(site, Home).JoinAsync(Join);
}

/// <summary>Clients have left their sides of names.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameLeaveCall")]
internal sealed record NameLeaveCall([property: Id(0)] SiloAddress Home, [property: Id(1)] NameLeave[] Leaves) : DetouredCall<bool>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => Home;

    public override async Task<bool> RunAsync(DetourSite site)
    {
        await RendezvousCalls.Service(site, Home).LeaveAsync(Leaves).ConfigureAwait(false);
        return true;
    }
}

/// <summary>A silo says which sides of names it holds.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.NameAnnounceCall")]
internal sealed record NameAnnounceCall([property: Id(0)] SiloAddress Home, [property: Id(1)] NameAnnouncement Announcement)
    : DetouredCall<NameAnswer>
{
    public override bool IsIdempotent => true;

    public override SiloAddress? Target => Home;

    public override Task<NameAnswer> RunAsync(DetourSite site) => RendezvousCalls.Service(site, Home).AnnounceAsync(Announcement);
}

/// <summary>Calls to the home of a name, which a third silo can make.</summary>
internal static class RendezvousCalls
{
    public static IRendezvousService Service(DetourSite site, SiloAddress home) =>
        site.Services.GetRequiredService<RendezvousServiceClient>().On(home);
}
