using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>What a <see cref="SiloPath"/> does to the world, and tells it.</summary>
internal interface IPathProbe
{
    /// <summary>Asks a silo directly; returns when it answers.</summary>
    Task PingAsync(SiloAddress to);

    /// <summary>Asks a silo whether another one answers it.</summary>
    Task<bool> ReachesAsync(SiloAddress through, SiloAddress to);

    /// <summary>Hands a batch over directly.</summary>
    Task ReceiveAsync(SiloAddress to, LinkBatch batch);

    /// <summary>Hands a batch over through a third silo. False: that one cannot.</summary>
    Task<bool> ForwardAsync(SiloAddress through, SiloAddress to, LinkBatch batch);

    /// <summary>The silos that may reach it, in the order in which they are asked.</summary>
    IReadOnlyList<SiloAddress> Candidates(SiloAddress to);

    /// <summary>Ends the connections with a silo that are silent.</summary>
    void Reset(SiloAddress to);

    /// <summary>This silo itself has stood still: that nothing was answered meanwhile proves nothing.</summary>
    bool HasStoodStill { get; }

    /// <summary>An outage has begun.</summary>
    void WentDown(SiloPath path);

    /// <summary>A detour was found. <paramref name="again"/>: the same as before in this outage.</summary>
    void FoundDetour(SiloPath path, SiloAddress through, bool again);

    /// <summary>The silo is not reached in any way for the time limit.</summary>
    void WasLost(SiloPath path);

    /// <summary>The silo answers directly again.</summary>
    void CameUp(SiloPath path, TimeSpan outage);
}
