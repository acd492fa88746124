namespace OrleansSockets.Rules;

/// <summary>A session's sockets at one of their hosts. What the sockets hold is the host's; this says who may have it.</summary>
/// <param name="Phase">Where the session is, as far as this host knows.</param>
/// <param name="Epoch">The highest that has taken the sockets here.</param>
internal readonly record struct HostingState(HostingPhase Phase, VisitEpoch Epoch)
{
    /// <summary>Of a host that has just got the session's first socket.</summary>
    public static HostingState Initial => new(HostingPhase.Asleep, VisitEpoch.None);
}
