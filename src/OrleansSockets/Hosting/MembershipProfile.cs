namespace Orleans.Hosting;

/// <summary>
/// How fast a lost silo is declared dead. A false alarm costs a process: a silo that the others declare dead aborts. Named objects whose
/// names were in its keeping can live elsewhere 6 s later, when it knows of its death itself if it should live still.
/// </summary>
public enum MembershipProfile
{
    /// <summary>About 6 s, also in a partition. The default.</summary>
    Balanced,

    /// <summary>
    /// About 1 s for a killed process, 3 s for a frozen one or a partition. For networks and machines without long pauses.
    /// </summary>
    Fast,

    /// <summary>
    /// Orleans' own defaults: 11 s for a killed process, about a minute for a frozen one; its named objects can live elsewhere at once.
    /// </summary>
    Orleans,
}
