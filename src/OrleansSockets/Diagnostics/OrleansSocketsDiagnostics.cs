namespace OrleansSockets.Diagnostics;

/// <summary>The names under which this library can be watched.</summary>
public static class OrleansSocketsDiagnostics
{
    /// <summary>The meter.</summary>
    public const string MeterName = "OrleansSockets";

    /// <summary>The activity source.</summary>
    public const string ActivitySourceName = "OrleansSockets";

    /// <summary>Pairs that have an end or a relay on this silo. Pairs that never left their context are not counted.</summary>
    public const string ActivePairs = "orleanssockets.pairs.active";

    /// <summary>
    /// Ends of this silo that sent their Close or are gone; tag <see cref="OutcomeTag"/>: <c>closed</c>, <c>dropped</c>, <c>failed</c>, or
    /// <c>lost</c> for an end whose peer is lost.
    /// </summary>
    public const string FinishedEnds = "orleanssockets.ends.finished";

    /// <summary>Times an end looked for a new activation of its pair grain.</summary>
    public const string Reattachments = "orleanssockets.ends.reattached";

    /// <summary>
    /// Bytes that ends of this silo hold: sent and not consumed by the peer, or received and not consumed; what
    /// <see cref="OrleansSocketsOptions.MaxBufferedBytes"/> bounds. The first 64 KiB of each direction of an end are not counted.
    /// </summary>
    public const string BufferedBytes = "orleanssockets.buffered";

    /// <summary>
    /// Messages that were not taken for want of room; tag <see cref="OutcomeTag"/>: <c>refused</c> at <c>Send</c> or missed in a broadcast,
    /// because <see cref="OrleansSocketsOptions.MaxBufferedBytes"/> was met; <c>closed</c> with 1013 for the same reason, unfinished;
    /// <c>timeout</c>: closed with 1013 at <see cref="OrleansSocketsOptions.UnfinishedMessageTimeout"/>.
    /// </summary>
    public const string BudgetMet = "orleanssockets.budget.met";

    /// <summary>Batches sent to other silos.</summary>
    public const string LinkBatches = "orleanssockets.link.batches";

    /// <summary>Bytes sent to other silos.</summary>
    public const string LinkBytes = "orleanssockets.link.bytes";

    /// <summary>
    /// Frames of other silos that were not taken; tag <see cref="OutcomeTag"/>: <c>unknown</c>, of a kind that a later version has;
    /// <c>unreadable</c> and <c>failed</c>, which ended their pair; <c>cut</c>, behind which nothing of a batch could be read, which ended
    /// the pairs with that silo.
    /// </summary>
    public const string LinkFramesSkipped = "orleanssockets.link.frames.skipped";

    /// <summary>
    /// Exceptions in the background work of a silo, which went on; tag <see cref="WorkTag"/>. Each is logged. There should be none.
    /// </summary>
    public const string Faults = "orleanssockets.faults";

    /// <summary>
    /// Links of this silo that are down: for each the time since the other silo answered last, in seconds, with the tags
    /// <see cref="LinkTag"/> and <see cref="DetourTag"/>.
    /// </summary>
    public const string LinkOutages = "orleanssockets.link.down";

    /// <summary>The address of the other silo of a link.</summary>
    public const string LinkTag = "to";

    /// <summary>The address of the silo that a link's messages go through while it is down, or <c>none</c>.</summary>
    public const string DetourTag = "through";

    /// <summary>The activity of claiming an end.</summary>
    public const string ClaimActivity = "orleanssockets.claim";

    /// <summary>How an end finished, or what became of a message.</summary>
    public const string OutcomeTag = "outcome";

    /// <summary>What failed.</summary>
    public const string WorkTag = "work";
}
