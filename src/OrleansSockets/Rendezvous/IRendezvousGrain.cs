using OrleansSockets.Pairs;

namespace OrleansSockets.Rendezvous;

/// <summary>A named meeting point: two clients, each on any node, become the two ends of one pair.</summary>
[Alias("OrleansSockets.IRendezvousGrain")]
internal interface IRendezvousGrain : IGrainWithStringKey
{
    [Alias("Join"), ResponseTimeout("00:00:10")]
    Task<RendezvousReply> JoinAsync(int side, SiloAddress silo);

    /// <summary>The client of that side is gone; from now on the name rests.</summary>
    [Alias("Leave"), ResponseTimeout("00:00:10")]
    Task LeaveAsync(int side, EndTicket ticket);

    /// <summary>The pair that has this name now.</summary>
    [Alias("Find"), ResponseTimeout("00:00:10")]
    Task<PairId?> FindAsync();
}

internal enum RendezvousOutcome
{
    Joined,

    /// <summary>That side has a client.</summary>
    Taken,

    /// <summary>The pair ended a short time ago.</summary>
    Gone,
}

[GenerateSerializer, Immutable, Alias("OrleansSockets.RendezvousReply")]
internal sealed record RendezvousReply([property: Id(0)] RendezvousOutcome Outcome, [property: Id(1)] EndTicket? Ticket = null);
