using OrleansSockets.AspNetCore.Admin;
using OrleansSockets.Timelines;
using Xunit;

namespace OrleansSockets.AspNetCore.Tests.Admin;

public sealed class PairExplanationTests
{
    private const string A = "10.0.0.1:11111";
    private const string B = "10.0.0.2:11111";

    [Fact]
    public void Of_ClientGone_NamesItsEnd() => Expect(
        "End 1 on 10.0.0.2:11111 saw a close event with 1006 at 12:00:02.000 UTC, because the client of end 0 on 10.0.0.1:11111 went away "
            + "without a Close.",
        Line(1, "accepted", PairCause.None),
        Line(0, "gone without Close", PairCause.Gone));

    [Fact]
    public void Of_SocketThatWasReset_NamesTheLimit() => Expect(
        "End 1 on 10.0.0.2:11111 saw a close event with 1006 at 12:00:02.000 UTC, because the edge resets the socket: "
        + "the client has not answered a Ping for KeepAliveTimeout (00:00:20) (end 0 on 10.0.0.1:11111).",
        Line(0, "the edge resets the socket: the client has not answered a Ping for KeepAliveTimeout (00:00:20)", PairCause.SocketEnded),
        Line(0, "gone without Close", PairCause.Gone));

    [Fact]
    public void Of_ListenerThatThrew_NamesItsEnd() => Expect(
        "End 0 on 10.0.0.1:11111 had its connection ended without a Close, which its client sees as 1006 at 12:00:02.000 UTC, because end "
            + "1 on 10.0.0.2:11111 failed: "
        + "its listener threw, or its own peer broke the protocol.",
        Line(1, "failed: Other", PairCause.Failed),
        Line(1, "gone without Close", PairCause.Gone),
        Line(0, "gone without Close", PairCause.Gone));

    [Fact]
    public void Of_Violation_SaysErrorAndCode() => Expect(
        "End 1 on 10.0.0.2:11111 saw an error event at 12:00:01.000 UTC, because the client of end 0 on 10.0.0.1:11111 broke the protocol "
            + "and was closed with 1007.",
        Line(0, "gone without Close", PairCause.Gone, 1007),
        Line(1, "failed: ProtocolError", PairCause.Failed),
        Line(1, "gone without Close", PairCause.Gone));

    [Fact]
    public void Of_LostNode_NamesIt() => Expect(
        "End 1 on 10.0.0.2:11111 saw a close event with 1006 at 12:00:02.000 UTC, because the node of end 0 on 10.0.0.1:11111 is lost: its "
            + "node 10.0.0.1:11111 is lost.",
        Line(0, "its node 10.0.0.1:11111 is lost", PairCause.NodeLost),
        Line(1, "peer lost", PairCause.PeerLost));

    [Fact]
    public void Of_TicketThatNobodyUsed_NamesTheLimit() => Expect(
        "End 1 on 10.0.0.2:11111 saw a close event with 1006 at 12:00:02.000 UTC, because end 0 on 10.0.0.1:11111 was not claimed within "
            + "ClaimTimeout (00:00:30).",
        Line(0, "not claimed within ClaimTimeout (00:00:30)", PairCause.NotClaimed),
        Line(1, "peer lost", PairCause.PeerLost));

    [Fact]
    public void Of_TwoCloses_SaysThatNobodySaw1006() => Expect(
        "No end has seen 1006: end 0 sent 4001 at 12:00:01.000 UTC, then end 1 sent a Close without a code at 12:00:02.000 UTC.",
        Line(0, "sent Close", PairCause.Closed, 4001),
        Line(1, "sent Close", PairCause.Closed));

    [Fact]
    public void Of_SocketGoneAfterItsClose_IsNoDrop() => Expect(
        "No end has seen 1006: end 0 sent 1000 at 12:00:01.000 UTC; the answer is missing so far.",
        Line(0, "sent Close", PairCause.Closed, 1000));

    [Fact]
    public void Of_OpenPair_SaysSo() => Expect("The pair is open, and no end has seen 1006.", Line(0, "claimed", PairCause.None));

    private static (int Side, string What, PairCause Cause, int? Code) Line(int side, string what, PairCause cause, int? code = null) =>
        (side, what, cause, code);

    // One line a second, from 12:00:01; end 0 has a socket on A, end 1 a listener on B.
    private static void Expect(string sentence, params (int Side, string What, PairCause Cause, int? Code)[] lines)
    {
        var noon = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var story = lines.Select((line, i) =>
            new Happening(
                line.Side == 0 ? A : B,
                new PairTimelineEntry(noon.AddSeconds(i + 1), line.Side, line.What, line.Code, line.Cause))).ToArray();
        var pair = new PairDocument(
            "x",
            false,
            A,
            1,
            [new EndDocument(0, A, "open", "coupled", "default", 1, 0), new EndDocument(1, B, "open", "accepted", "default", 1, 0)]);

        Assert.Equal([sentence], PairExplanation.Of(pair, story));
    }
}
