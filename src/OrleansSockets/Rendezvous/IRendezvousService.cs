using Orleans.Services;
using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>What one silo asks another about the names that the other one keeps.</summary>
[Alias("OrleansSockets.IRendezvousService")]
internal interface IRendezvousService : IGrainService
{
    /// <summary>Asks for a side. Asked again with the same secret, the answer is the same.</summary>
    [Alias("Join"), ResponseTimeout("00:00:05")]
    Task<NameReply> JoinAsync(NameJoin join);

    /// <summary>Sockets have ended. Asked again, nothing more happens.</summary>
    [Alias("Leave"), ResponseTimeout("00:00:05")]
    Task LeaveAsync(NameLeave[] leaves);

    /// <summary>The caller says what it holds.</summary>
    [Alias("Announce"), ResponseTimeout("00:00:05")]
    Task<NameAnswer> AnnounceAsync(NameAnnouncement announcement);

    /// <summary>The pair that the name stands for.</summary>
    [Alias("Find"), ResponseTimeout("00:00:05")]
    Task<PairId?> FindAsync(string name);
}
