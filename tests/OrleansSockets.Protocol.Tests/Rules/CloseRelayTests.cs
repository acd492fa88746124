using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules;

public sealed class CloseRelayTests
{
    private const RelayLegPhase Open = RelayLegPhase.Open;
    private const RelayLegPhase Closed = RelayLegPhase.Closed;
    private const RelayLegPhase Dropped = RelayLegPhase.Dropped;

    private static readonly RelayedClose Lost = new(1011, CloseRelay.LostReason);
    private static readonly RelayedClose Silent = new(1011, CloseRelay.SilentReason);

    private static readonly RowCase[] Cases =
    [
        Passed("R-1", null, "", new(null, "")),
        Passed("R-1", 1005, "", new(null, "")),
        Passed("R-2", 1000, "bye", new(1000, "bye")),
        Passed("R-2", 1016, "", new(1016, "")),
        Passed("R-2", 4999, "x", new(4999, "x")),
        .. from code in new[] { 0, 999, 1004, 1006, 1015, 5000, 65535 }
           select Passed("R-3", code, "weird", new(1011, "weird")),
        RowCase.Of("R-3", CloseRelay.Closed(new(), 0, 999, "weird", lostCode: 1014).ToB, new RelayedClose(1014, "weird")),
        Passed("R-4", 1000, new string('r', 123), new(1000, new string('r', 123))),
        Passed("R-4", 1000, new string('r', 124), new(1000, new string('r', 123))),
        Passed("R-4", 1000, new string('\u20ac', 42), new(1000, new string('\u20ac', 41))),
        Passed("R-4", 1000, "xx" + Times("\U0001F600", 31), new(1000, "xx" + Times("\U0001F600", 30))),
        RowCase.Of("R-5", CloseRelay.Dropped(new(), 0).ToB, Lost),
        RowCase.Of("R-5", CloseRelay.Dropped(new(), 0, lostCode: 1001).ToB, Lost with { Code = 1001 }),
        RowCase.Of("R-6", CloseRelay.TimedOut(new(Closed, Open)).ToA, Silent),
        RowCase.Of("R-6", CloseRelay.TimedOut(new(Closed, Open), lostCode: 1013).ToA, Silent with { Code = 1013 }),
        .. from state in All
           where state.A is not Open
           select RowCase.Of("R-7", CloseRelay.Closed(state, 0, 1000, "x"), Nothing(state)),
        RowCase.Of("R-8", CloseAtA(Open), new CloseRelayStep(new(Closed, Open), null, new(1000, "x"), CloseRelayEffects.StartTimer)),
        RowCase.Of("R-8", DropAtA(Open), new CloseRelayStep(new(Dropped, Open), null, Lost, CloseRelayEffects.StartTimer)),
        RowCase.Of("R-9", CloseAtA(Closed), new CloseRelayStep(new(Closed, Closed), null, new(1000, "x"), CloseRelayEffects.Finish)),
        RowCase.Of("R-9", DropAtA(Closed), new CloseRelayStep(new(Dropped, Closed), null, Lost, CloseRelayEffects.Finish)),
        RowCase.Of("R-10", CloseAtA(Dropped), new CloseRelayStep(new(Closed, Dropped), null, null, CloseRelayEffects.Finish)),
        RowCase.Of("R-10", DropAtA(Dropped), new CloseRelayStep(new(Dropped, Dropped), null, null, CloseRelayEffects.Finish)),
        .. from state in All
           where state.A is Closed
           select RowCase.Of("R-11", CloseRelay.Dropped(state, 0), Nothing(state with { A = Dropped })),
        .. from state in All
           where state.A is Dropped
           select RowCase.Of("R-12", CloseRelay.Dropped(state, 0), Nothing(state)),
        RowCase.Of(
            "R-13",
            CloseRelay.TimedOut(new(Closed, Open)),
            new CloseRelayStep(new(Closed, Dropped), Silent, null, CloseRelayEffects.AbortB | CloseRelayEffects.Finish)),
        RowCase.Of(
            "R-13",
            CloseRelay.TimedOut(new(Open, Dropped)),
            new CloseRelayStep(new(Dropped, Dropped), null, null, CloseRelayEffects.AbortA | CloseRelayEffects.Finish)),
        .. from state in All
           where state.IsFinished || state == CloseRelayState.Initial
           select RowCase.Of("R-14", CloseRelay.TimedOut(state), Nothing(state)),
    ];

    public static TheoryData<string> Rows => ProtocolRows.NumbersOf(Cases);

    private static IEnumerable<CloseRelayState> All =>
        from a in Enum.GetValues<RelayLegPhase>()
        from b in Enum.GetValues<RelayLegPhase>()
        select new CloseRelayState(a, b);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_Applied_HasItsOutcome(string row) => ProtocolRows.Check(row, Cases);

    [Fact]
    public void Rows_OfProtocol_AreAllTested() => ProtocolRows.CheckComplete('R', Cases);

    [Fact]
    public void Relay_AnyStateAndEvent_MirrorsAndFinishesOnce() => Assert.All(All, state =>
    {
        var steps = Steps(state, 0).ToArray();
        Assert.Equal(steps, Steps(Mirror(state), 1).Select(Mirror));
        Assert.All(steps, step =>
        {
            Assert.Equal(!state.IsFinished && step.State.IsFinished, step.Effects.HasFlag(CloseRelayEffects.Finish));
            Assert.Equal(state == CloseRelayState.Initial && step.State != state, step.Effects.HasFlag(CloseRelayEffects.StartTimer));
        });
    });

    /// <summary>
    /// Each leg is told of the other's end at most once, and whoever closed and stayed is told before the couple is finished.
    /// </summary>
    [Fact]
    public void Relay_EverySequence_TellsEachLegOnce()
    {
        var finished = 0;
        Walk(CloseRelayState.Initial, toldA: 0, toldB: 0, depth: 5);
        Assert.InRange(finished, 1000, int.MaxValue);

        void Walk(CloseRelayState state, int toldA, int toldB, int depth)
        {
            Assert.InRange(toldA, 0, 1);
            Assert.InRange(toldB, 0, 1);
            if (state.IsFinished)
            {
                finished++;
                Assert.True(toldA == 1 || state.A is Dropped, $"{state}: A waits for ever");
                Assert.True(toldB == 1 || state.B is Dropped, $"{state}: B waits for ever");
            }

            foreach (var step in depth == 0 ? [] : Steps(state, 0).Concat(Steps(state, 1)))
            {
                Walk(step.State, toldA + (step.ToA is null ? 0 : 1), toldB + (step.ToB is null ? 0 : 1), depth - 1);
            }
        }
    }

    [Fact]
    public void Leg_ThatIsNone_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => CloseRelay.Dropped(CloseRelayState.Initial, 2));

    private static IEnumerable<CloseRelayStep> Steps(CloseRelayState state, int leg) =>
        [CloseRelay.Closed(state, leg, 1000, "x"), CloseRelay.Dropped(state, leg), CloseRelay.TimedOut(state)];

    private static CloseRelayState Mirror(CloseRelayState state) => new(state.B, state.A);

    private static CloseRelayStep Mirror(CloseRelayStep step) => new(
        Mirror(step.State),
        step.ToB,
        step.ToA,
        (step.Effects & (CloseRelayEffects.StartTimer | CloseRelayEffects.Finish))
            | (step.Effects.HasFlag(CloseRelayEffects.AbortA) ? CloseRelayEffects.AbortB : CloseRelayEffects.None)
            | (step.Effects.HasFlag(CloseRelayEffects.AbortB) ? CloseRelayEffects.AbortA : CloseRelayEffects.None));

    private static RowCase Passed(string row, int? code, string reason, RelayedClose expected) =>
        RowCase.Of(row, CloseRelay.Closed(CloseRelayState.Initial, 0, code, reason).ToB, expected, $"{code} {reason}");

    private static CloseRelayStep CloseAtA(RelayLegPhase b) => CloseRelay.Closed(new(Open, b), 0, 1000, "x");

    private static CloseRelayStep DropAtA(RelayLegPhase b) => CloseRelay.Dropped(new(Open, b), 0);

    private static CloseRelayStep Nothing(CloseRelayState state) => new(state, null, null, CloseRelayEffects.None);

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
