using System.Globalization;
using OrleansSockets.Timelines;

namespace OrleansSockets.AspNetCore.Admin;

/// <summary>Says in a sentence for each end why it saw 1006, or how the pair ended without.</summary>
internal static class PairExplanation
{
    private static readonly int[] Sides = [0, 1];

    /// <summary>Causes that tell more than that an end is gone.</summary>
    private static readonly PairCause[] Reasons =
    [
        PairCause.SocketEnded, PairCause.Failed, PairCause.NotClaimed, PairCause.NotAccepted, PairCause.NotAttached, PairCause.NodeLost,
        PairCause.LinkDown,
        PairCause.Unreadable, PairCause.Administrator,
    ];

    /// <summary>At least one sentence.</summary>
    /// <param name="pair">Where its ends are or were.</param>
    /// <param name="story">What happened on all nodes, in order of time.</param>
    public static IReadOnlyList<string> Of(PairDocument pair, IReadOnlyList<Happening> story)
    {
        List<string> sentences = [.. Sides.Select(side => Of(side, pair, story)).OfType<string>()];
        sentences.AddRange(
            from side in Sides
            let closed = First(story, side, PairCause.Unfinished)
            where closed is not null
            select $"{Name(side, pair)} was {closed.Value.Entry.What} ({closed.Value.Entry.Code}, at {At(closed.Value)}).");
        return sentences.Count > 0 ? sentences : [WithoutDrop(pair, story)];
    }

    // Null: this end saw no drop.
    private static string? Of(int side, PairDocument pair, IReadOnlyList<Happening> story)
    {
        var lost = First(story, side, PairCause.PeerLost);
        var peerGone = First(story, 1 - side, PairCause.Gone);
        var peerClosed = First(story, 1 - side, PairCause.Closed);
        var gone = First(story, side, PairCause.Gone);
        var dropped = lost ?? (peerClosed is null ? peerGone : null);
        if (dropped is not { } drop || (gone is { } own && own.Entry.Time <= drop.Entry.Time && lost is null))
        {
            // Nothing was lost, or nobody was left here to see it.
            return null;
        }

        var isSocket = pair.Ends.Any(end => end.Side == side && end.Phase == "coupled");
        var saw = drop.Entry.Code is not null && !isSocket
            ? "saw an error event"
            : isSocket ? "had its connection ended without a Close, which its client sees as 1006" : "saw a close event with 1006";
        return $"{Name(side, pair)} {saw} at {At(drop)}, because {Reason(side, drop, pair, story)}.";
    }

    private static string Reason(int side, Happening drop, PairDocument pair, IReadOnlyList<Happening> story)
    {
        if (drop.Entry.Code is { } code)
        {
            return $"the client of {Other(side, pair)} broke the protocol and was closed with {code}";
        }

        var reason = story.Where(happening => Reasons.Contains(happening.Entry.Cause))
            .Where(
                happening => happening.Entry.Side == 1 - side || happening.Entry.Cause is PairCause.Administrator or PairCause.NotAttached)
            .Where(
                happening => happening.Entry.Time <= drop.Entry.Time || happening.Entry.Cause is PairCause.NodeLost or PairCause.LinkDown)
            .Select(happening => (Happening?)happening)
            .LastOrDefault();
        return reason?.Entry.Cause switch
        {
            PairCause.SocketEnded => $"{reason.Value.Entry.What} ({Other(side, pair)})",
            PairCause.Failed => $"{Other(side, pair)} failed: its listener threw, or its own peer broke the protocol",
            PairCause.NotClaimed or PairCause.NotAccepted => $"{Other(side, pair)} was {reason.Value.Entry.What}",
            PairCause.NotAttached => $"{Other(side, pair)} and the pair's grain did not find each other again: {reason.Value.Entry.What}",
            PairCause.NodeLost => $"the node of {Other(side, pair)} is lost: {reason.Value.Entry.What}",
            PairCause.LinkDown => $"the link to the node of {Other(side, pair)} was down: {reason.Value.Entry.What}",
            PairCause.Unreadable => $"what {Other(side, pair)} sent did not arrive whole: {reason.Value.Entry.What}",
            PairCause.Administrator => "an administrator dropped the pair",
            _ when drop.Entry.Cause == PairCause.Gone && IsSocket(1 - side, pair) =>
                $"the client of {Other(side, pair)} went away without a Close",
            _ when drop.Entry.Cause == PairCause.Gone => $"{Other(side, pair)} went away without a Close",
            _ => $"{Other(side, pair)} was lost, and no node knows how",
        };
    }

    private static string WithoutDrop(PairDocument pair, IReadOnlyList<Happening> story)
    {
        var closes = Sides.Select(side => (Side: side, Close: First(story, side, PairCause.Closed)))
            .Where(sent => sent.Close is not null).ToArray();
        var sent = string.Join(
            ", then ",
            from close in closes
            let happening = close.Close!.Value
            orderby happening.Entry.Time
            let what = happening.Entry.Code is { } code ? $"{code}" : "a Close without a code"
            select $"end {close.Side} sent {what} at {At(happening)}");
        return closes.Length switch
        {
            0 when pair.Finished => "The pair is over; no node knows how.",
            0 => "The pair is open, and no end has seen 1006.",
            1 => $"No end has seen 1006: {sent}; the answer is missing so far.",
            _ => $"No end has seen 1006: {sent}.",
        };
    }

    private static Happening? First(IReadOnlyList<Happening> story, int side, PairCause cause) => story
        .Where(happening => happening.Entry.Side == side && happening.Entry.Cause == cause)
        .Select(happening => (Happening?)happening)
        .FirstOrDefault();

    private static bool IsSocket(int side, PairDocument pair) => pair.Ends.Any(end => end.Side == side && end.Phase == "coupled");

    private static string Name(int side, PairDocument pair) => Capital(Other(1 - side, pair));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>The end opposite of <paramref name="side"/>.</summary>
    private static string Other(int side, PairDocument pair)
    {
        var other = pair.Ends.FirstOrDefault(end => end.Side == 1 - side);
        return $"end {1 - side}{(other is null ? "" : $" on {other.Node}")}";
    }

    private static string At(Happening happening) => happening.Entry.Time.ToString("HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
