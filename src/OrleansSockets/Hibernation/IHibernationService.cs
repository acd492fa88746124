using Orleans.Services;

namespace OrleansSockets.Hibernation;

/// <summary>What one silo asks another about the sessions whose sockets are parked there.</summary>
[Alias("OrleansSockets.IHibernationService")]
internal interface IHibernationService : IGrainService
{
    /// <summary>
    /// Hands over the parked sockets of a session that wakes elsewhere; null: there are none. Asked again with the same number, the answer
    /// is the same, until <see cref="TakenAsync"/>.
    /// </summary>
    [Alias("Take"), ResponseTimeout("00:00:05")]
    Task<ParkedTransfer?> TakeAsync(GrainId session, Guid number, SiloAddress to);

    /// <summary>The caller has them.</summary>
    [Alias("Taken"), ResponseTimeout("00:00:05")]
    Task TakenAsync(Guid number);
}
