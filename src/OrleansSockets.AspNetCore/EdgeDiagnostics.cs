using OrleansSockets.Diagnostics;

namespace OrleansSockets.AspNetCore;

/// <summary>The names of what an edge adds to the meter <see cref="OrleansSocketsDiagnostics.MeterName"/>.</summary>
public static class EdgeDiagnostics
{
    /// <summary>Sockets that are open or about to be.</summary>
    public const string ActiveSockets = "orleanssockets.sockets.active";

    /// <summary>
    /// Sockets that ended; tag <see cref="OrleansSocketsDiagnostics.OutcomeTag"/>: <c>closed</c>, <c>dropped</c> (the client was gone),
    /// <c>peer-gone</c>, <c>violation</c>, <c>reset</c> (a limit of time was over).
    /// </summary>
    public const string EndedSockets = "orleanssockets.sockets.ended";
}
