namespace OrleansSockets.Conformance.Running;

/// <summary>How long a run waits. Nothing that works comes near the limits; a busy machine must not make it fail.</summary>
internal static class RunLimits
{
    /// <summary>For an awaited event, and for a step itself.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>A run is settled when everything was idle for this long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    /// <summary>What a step causes is over when everything was idle for this long.</summary>
    public static readonly TimeSpan Reaction = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How often the nodes are asked within that time. A frame can pass from one to another between two questions, but not between all.
    /// </summary>
    public const int IdleSweeps = 5;
}
