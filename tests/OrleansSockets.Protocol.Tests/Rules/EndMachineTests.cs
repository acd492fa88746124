using OrleansSockets.Rules;
using Xunit;
using static OrleansSockets.Protocol.Tests.Rules.EndStates;

namespace OrleansSockets.Protocol.Tests.Rules;

public sealed class EndMachineTests
{
    private static readonly string LongReason = new('r', CloseReason.MaxBytes + 1);
    private static readonly string LongestReason = new('\u20ac', CloseReason.MaxBytes / 3);

    private static readonly RowCase[] Cases =
    [
        RowCase.Of("E-1", Coupled.ReadyState, ReadyState.Open),
        RowCase.Of("E-1", (Coupled with { In = true }).ReadyState, ReadyState.Open),
        RowCase.Of("E-1", (Coupled with { Failed = true }).ReadyState, ReadyState.Open),
        RowCase.Of("E-1", Released.ReadyState, ReadyState.Open),
        RowCase.Of("E-2", (Accepted with { Failed = true }).ReadyState, ReadyState.Closed),
        RowCase.Of("E-2", (Connecting with { Failed = true }).ReadyState, ReadyState.Closed),
        RowCase.Of("E-3", (Accepted with { In = true, Out = true }).ReadyState, ReadyState.Closed),
        RowCase.Of("E-3", (Hibernatable with { In = true, Out = true }).ReadyState, ReadyState.Closed),
        RowCase.Of("E-4", (Accepted with { In = true }).ReadyState, ReadyState.Closing),
        RowCase.Of("E-4", (Accepted with { Out = true }).ReadyState, ReadyState.Closing),
        RowCase.Of("E-4", (Accepted with { In = true, Aborted = true }).ReadyState, ReadyState.Closing),
        RowCase.Of("E-5", Connecting.ReadyState, ReadyState.Connecting),
        RowCase.Of("E-6", Pending.ReadyState, ReadyState.Open),
        RowCase.Of("E-6", Accepted.ReadyState, ReadyState.Open),
        RowCase.Of("E-6", Hibernatable.ReadyState, ReadyState.Open),
        RowCase.Of("E-6", (Accepted with { Aborted = true }).ReadyState, ReadyState.Open),

        RowCase.Of("E-7", EndMachine.Accept(Pending, Auto, null), Step(Accepted, EndEffect.Deliver)),
        RowCase.Of("E-8", EndMachine.Accept(Pending, Manual, null), Step(HalfOpen, EndEffect.Deliver)),
        RowCase.Of("E-9", EndMachine.Accept(Pending, Auto, true), Step(HalfOpen, EndEffect.Deliver)),
        RowCase.Of("E-9", EndMachine.Accept(Pending, Auto, false), Step(Accepted, EndEffect.Deliver)),
        RowCase.Of("E-9", EndMachine.Accept(Pending, Manual, true), Step(HalfOpen, EndEffect.Deliver)),
        RowCase.Of("E-9", EndMachine.Accept(Pending, Manual, false), Step(Accepted, EndEffect.Deliver)),
        RowCase.Of("E-10", EndMachine.Accept(Accepted, Auto, true), Nothing(Accepted)),
        RowCase.Of("E-10", EndMachine.Accept(HalfOpen, Auto, false), Nothing(HalfOpen)),
        RowCase.Of(
            "E-10",
            EndMachine.Accept(Accepted with { In = true, Out = true }, Auto, null),
            Nothing(Accepted with { In = true, Out = true })),
        RowCase.Of("E-10", EndMachine.Accept(Accepted with { Failed = true }, Auto, null), Nothing(Accepted with { Failed = true })),
        RowCase.Of(
            "E-60",
            EndMachine.Accept(Accepted with { In = true, Out = true, Heard = true }, Auto, null),
            Throws(Accepted with { In = true, Out = true, Heard = true }, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of(
            "E-60",
            EndMachine.Accept(Accepted with { In = true, Aborted = true, Heard = true }, Auto, null),
            Throws(Accepted with { In = true, Aborted = true, Heard = true }, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of(
            "E-60",
            EndMachine.Accept(Accepted with { Failed = true, Heard = true }, Auto, null),
            Throws(Accepted with { Failed = true, Heard = true }, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of(
            "E-10",
            EndMachine.Accept(HalfOpen with { In = true, Heard = true }, Auto, null),
            Nothing(HalfOpen with { In = true, Heard = true })),
        RowCase.Of(
            "E-11", EndMachine.Accept(Hibernatable, Auto, null), Throws(Hibernatable, WebSocketPairErrorKind.AcceptAfterHibernation)),
        RowCase.Of("E-12", EndMachine.Accept(Coupled, Auto, null), Throws(Coupled, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of("E-12", EndMachine.Accept(Released, Auto, null), Throws(Released, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of("E-13", EndMachine.Accept(Connecting, Auto, null), Throws(Connecting, WebSocketPairErrorKind.InvalidArgument)),
        RowCase.Of("E-14", EndMachine.Hibernate(Pending, peerTaken: true), Throws(Pending, WebSocketPairErrorKind.HibernatePeerTaken)),
        RowCase.Of("E-15", EndMachine.Hibernate(Pending, peerTaken: false), Step(Hibernatable, EndEffect.Deliver)),
        RowCase.Of("E-16", EndMachine.Hibernate(Accepted, peerTaken: true), Throws(Accepted, WebSocketPairErrorKind.HibernateAfterAccept)),
        RowCase.Of("E-16", EndMachine.Hibernate(Hibernatable, false), Throws(Hibernatable, WebSocketPairErrorKind.HibernateAfterAccept)),
        RowCase.Of("E-17", EndMachine.Hibernate(Coupled, false), Throws(Coupled, WebSocketPairErrorKind.HibernatePeerTaken)),
        RowCase.Of("E-17", EndMachine.Hibernate(Released, false), Throws(Released, WebSocketPairErrorKind.HibernatePeerTaken)),
        RowCase.Of("E-18", EndMachine.Hibernate(Connecting, false), Throws(Connecting, WebSocketPairErrorKind.InvalidArgument)),
        RowCase.Of("E-19", EndMachine.Couple(Pending), Nothing(Coupled)),
        RowCase.Of("E-19", EndMachine.Release(Pending), Nothing(Released)),
        .. from taken in new[] { Accepted, HalfOpen, Hibernatable, Connecting }
           from step in new[] { EndMachine.Couple(taken), EndMachine.Release(taken) }
           select RowCase.Of("E-20", step, Throws(taken, WebSocketPairErrorKind.InvalidArgument)),
        .. from given in new[] { Coupled, Released }
           from step in new[] { EndMachine.Couple(given), EndMachine.Release(given) }
           select RowCase.Of("E-21", step, Throws(given, WebSocketPairErrorKind.AlreadyUsedInResponse)),
        RowCase.Of("E-22", EndMachine.Open(Connecting), Nothing(Pending)),
        RowCase.Of("E-23", EndMachine.Open(Connecting with { Failed = true }), Nothing(Connecting with { Failed = true })),
        RowCase.Of("E-23", EndMachine.Open(Pending), Nothing(Pending)),
        RowCase.Of("E-23", EndMachine.Open(Accepted), Nothing(Accepted)),

        .. from state in All
           where state.Out
           select RowCase.Of("E-24", EndMachine.Send(state), Throws(state, WebSocketPairErrorKind.SendAfterClose)),
        .. from state in All
           where !state.Out && state.Aborted
           select RowCase.Of("E-25", EndMachine.Send(state), Nothing(state)),
        RowCase.Of("E-26", EndMachine.Send(Coupled), Nothing(Coupled)),
        RowCase.Of("E-26", EndMachine.Send(Released), Nothing(Released)),
        RowCase.Of("E-27", EndMachine.Send(Pending), Throws(Pending, WebSocketPairErrorKind.NotAccepted)),
        RowCase.Of("E-27", EndMachine.Send(Connecting), Throws(Connecting, WebSocketPairErrorKind.NotAccepted)),
        RowCase.Of("E-28", EndMachine.Send(HalfOpen with { In = true }), Step(HalfOpen with { In = true }, EndEffect.Queue)),
        RowCase.Of("E-28", EndMachine.Send(Hibernatable with { In = true }), Step(Hibernatable with { In = true }, EndEffect.Queue)),
        RowCase.Of("E-29", EndMachine.Send(Accepted), Step(Accepted, EndEffect.Queue)),
        RowCase.Of("E-29", EndMachine.Send(Hibernatable), Step(Hibernatable, EndEffect.Queue)),
        RowCase.Of("E-29", EndMachine.Send(Accepted with { Failed = true }), Step(Accepted with { Failed = true }, EndEffect.Queue)),

        .. from state in All
           from code in new[] { int.MinValue, -1, 0, 999, 1004, 1005, 1006, 1015, 5000, 70000, int.MaxValue }
           select RowCase.Of("E-30", EndMachine.Close(state, Auto, code, LongReason), Throws(state, WebSocketPairErrorKind.InvalidCode)),
        .. from code in new[] { 1000, 1001, 1003, 1007, 1014, 1016, 2999, 3000, 4999 }
           select RowCase.Of("E-30", EndMachine.Close(Accepted, Auto, code, null), Step(Accepted with { Out = true }, EndEffect.Queue)),
        .. from code in new[] { 999, 1001, 1008, 1011, 2999, 5000 }
           select RowCase.Of(
               "E-31", EndMachine.Close(Accepted, Pedantic, code, null), Throws(Accepted, WebSocketPairErrorKind.InvalidCode)),
        .. from code in new[] { 1000, 3000, 4999 }
           select RowCase.Of("E-31", EndMachine.Close(Accepted, Pedantic, code, null), Step(Accepted with { Out = true }, EndEffect.Queue)),
        .. from state in All
           from code in new int?[] { null, 1000 }
           select RowCase.Of("E-32", EndMachine.Close(state, Auto, code, LongReason), Throws(state, WebSocketPairErrorKind.ReasonTooLong)),
        RowCase.Of(
            "E-32", EndMachine.Close(Accepted, Auto, 1000, LongestReason + "x"), Throws(Accepted, WebSocketPairErrorKind.ReasonTooLong)),
        RowCase.Of(
            "E-32",
            EndMachine.Close(Accepted, Auto, 1000, new string('\ud800', 42)),
            Throws(Accepted, WebSocketPairErrorKind.ReasonTooLong)),
        RowCase.Of(
            "E-32", EndMachine.Close(Accepted, Auto, 1000, new string('\ud800', 41)), Step(Accepted with { Out = true }, EndEffect.Queue)),
        RowCase.Of("E-32", EndMachine.Close(Accepted, Auto, 1000, LongestReason), Step(Accepted with { Out = true }, EndEffect.Queue)),
        RowCase.Of("E-32", EndMachine.Close(Accepted, NoLimit, 1000, LongReason), Step(Accepted with { Out = true }, EndEffect.Queue)),
        .. from state in All
           from reason in new[] { "", "why" }
           select RowCase.Of("E-33", EndMachine.Close(state, Auto, null, reason), Throws(state, WebSocketPairErrorKind.ReasonWithoutCode)),
        RowCase.Of(
            "E-33", EndMachine.Close(Accepted, NoLimit, null, LongReason), Throws(Accepted, WebSocketPairErrorKind.ReasonWithoutCode)),
        .. from state in All
           where state.Out
           select RowCase.Of("E-34", EndMachine.Close(state, Auto, 1001, "again"), Nothing(state)),
        .. from state in All
           where !state.Out && state.Aborted
           select RowCase.Of("E-35", EndMachine.Close(state, Auto, 1000, "x"), Nothing(state)),
        RowCase.Of("E-36", EndMachine.Close(Coupled, Auto, null, null), Nothing(Coupled)),
        RowCase.Of("E-36", EndMachine.Close(Released, Auto, null, null), Nothing(Released)),
        RowCase.Of("E-37", EndMachine.Close(Pending, Auto, 1000, "x"), Throws(Pending, WebSocketPairErrorKind.NotAccepted)),
        RowCase.Of("E-37", EndMachine.Close(Connecting, Auto, null, null), Throws(Connecting, WebSocketPairErrorKind.NotAccepted)),
        RowCase.Of("E-38", EndMachine.Close(Accepted, Auto, null, null), Step(Accepted with { Out = true }, EndEffect.Queue)),
        RowCase.Of(
            "E-38",
            EndMachine.Close(HalfOpen with { In = true }, Auto, 1001, "now"),
            Step(HalfOpen with { In = true, Out = true }, EndEffect.Queue)),
        RowCase.Of("E-38", EndMachine.Close(Hibernatable, Auto, 1000, ""), Step(Hibernatable with { Out = true }, EndEffect.Queue)),

        .. from waiting in new[] { Pending, Connecting, Released }
           from step in new[] { EndMachine.ReceiveMessage(waiting), EndMachine.ReceiveClose(waiting), EndMachine.ReceiveDrop(waiting) }
           select RowCase.Of("E-39", step, Nothing(waiting)),
        .. from state in Listening
           where state.In || state.Aborted || state.Failed
           select RowCase.Of("E-40", EndMachine.ReceiveMessage(state), Step(state, EndEffect.Discard)),
        .. from state in Listening
           where !(state.In || state.Aborted || state.Failed)
           select RowCase.Of("E-41", EndMachine.ReceiveMessage(state), Step(state, EndEffect.Deliver)),
        .. from state in Listening
           where state.In || state.Aborted || state.Failed
           select RowCase.Of("E-42", EndMachine.ReceiveClose(state), Step(state, EndEffect.Discard)),
        RowCase.Of("E-43", EndMachine.ReceiveClose(Accepted), Step(Accepted with { In = true, Out = true }, EndEffect.ReplyThenDeliver)),
        RowCase.Of("E-44", EndMachine.ReceiveClose(HalfOpen), Step(HalfOpen with { In = true }, EndEffect.Deliver)),
        RowCase.Of(
            "E-45",
            EndMachine.ReceiveClose(Accepted with { Out = true }),
            Step(Accepted with { In = true, Out = true }, EndEffect.Deliver)),
        RowCase.Of(
            "E-45",
            EndMachine.ReceiveClose(HalfOpen with { Out = true }),
            Step(HalfOpen with { In = true, Out = true }, EndEffect.Deliver)),
        RowCase.Of("E-46", EndMachine.ReceiveClose(Hibernatable), Step(Hibernatable with { In = true }, EndEffect.Deliver)),
        RowCase.Of(
            "E-46",
            EndMachine.ReceiveClose(Hibernatable with { Out = true }),
            Step(Hibernatable with { In = true, Out = true }, EndEffect.Deliver)),
        RowCase.Of("E-47", EndMachine.ReceiveClose(Coupled), Step(Coupled with { In = true }, EndEffect.Deliver)),
        .. from state in Listening
           where state.Aborted || state.Failed
           select RowCase.Of("E-48", EndMachine.ReceiveDrop(state), Step(state, EndEffect.Discard)),
        .. from state in Listening
           where state is { In: true, Aborted: false, Failed: false }
           select RowCase.Of("E-49", EndMachine.ReceiveDrop(state), Step(state with { Aborted = true }, EndEffect.Discard)),
        RowCase.Of("E-50", EndMachine.ReceiveDrop(Accepted), Step(Accepted with { Aborted = true }, EndEffect.Deliver)),
        RowCase.Of(
            "E-50",
            EndMachine.ReceiveDrop(HalfOpen with { Out = true }),
            Step(HalfOpen with { Out = true, Aborted = true }, EndEffect.Deliver)),
        RowCase.Of("E-51", EndMachine.ReceiveDrop(Hibernatable), Step(Hibernatable with { In = true, Aborted = true }, EndEffect.Deliver)),
        RowCase.Of("E-52", EndMachine.ReceiveDrop(Coupled), Step(Coupled with { In = true, Aborted = true }, EndEffect.Deliver)),
        RowCase.Of("E-53", EndMachine.AfterDrop(Accepted with { Aborted = true }), Nothing(Accepted with { Aborted = true, In = true })),
        RowCase.Of(
            "E-53",
            EndMachine.AfterDrop(Accepted with { Aborted = true, Out = true }),
            Nothing(Accepted with { Aborted = true, Out = true, In = true })),
        .. from state in All
           where !state.Aborted || state.Failed
           select RowCase.Of("E-54", EndMachine.AfterDrop(state), Nothing(state)),
        .. from state in All
           where state.Failed
           select RowCase.Of("E-55", EndMachine.Fail(state), Step(state, EndEffect.Discard)),
        RowCase.Of("E-61", EndMachine.AfterLastEvent(Accepted with { In = true }), Nothing(Accepted with { In = true, Heard = true })),
        RowCase.Of("E-56", EndMachine.Fail(Pending), Nothing(Pending)),
        RowCase.Of("E-56", EndMachine.Fail(Released), Nothing(Released)),
        RowCase.Of("E-57", EndMachine.Fail(Hibernatable with { In = true }), Step(Hibernatable with { In = true }, EndEffect.Discard)),
        RowCase.Of(
            "E-57", EndMachine.Fail(Hibernatable with { Aborted = true }), Step(Hibernatable with { Aborted = true }, EndEffect.Discard)),
        RowCase.Of("E-58", EndMachine.Fail(Hibernatable), Step(Hibernatable with { In = true, Aborted = true }, EndEffect.Deliver)),
        .. from state in new[] { Accepted, HalfOpen, Accepted with { In = true, Out = true }, Accepted with { Aborted = true }, Connecting,
            Coupled }
           select RowCase.Of("E-59", EndMachine.Fail(state), Step(state with { Failed = true, Aborted = true }, EndEffect.Deliver)),
        .. from state in new[] { Accepted, HalfOpen, HalfOpen with { In = true } }
           let failed = state with { Failed = true }
           select RowCase.Of("E-62", EndMachine.Close(failed, Auto, 4000, "x"), Throws(failed, WebSocketPairErrorKind.Other)),
        .. from state in All
           where state.Failed || state.Aborted || state.Phase is EndPhase.Hibernatable
           from thrown in ThrowsThatCount
           select RowCase.Of("E-63", EndMachine.Throw(state, thrown.Rules, thrown.Raised), Step(state, EndEffect.Discard)),
        .. from waiting in new[] { Pending, Connecting, Released }
           from thrown in ThrowsThatCount
           select RowCase.Of("E-64", EndMachine.Throw(waiting, thrown.Rules, thrown.Raised), Nothing(waiting)),
        .. from state in new[] { Accepted, HalfOpen, Accepted with { Out = true }, HalfOpen with { In = true },
            Accepted with { In = true, Out = true } }
           from thrown in ThrowsThatCount
           select RowCase.Of(
               "E-65", EndMachine.Throw(state, thrown.Rules, thrown.Raised), Step(state with { Failed = true }, EndEffect.Deliver)),
        .. from state in All
           from rules in new[] { Reported, Reported with { AutoReplyToClose = false } }
           select RowCase.Of("E-68", EndMachine.Throw(state, rules, EndEvent.Close), Nothing(state)),
        .. from rules in AllRules
           where !rules.ReportListenerExceptions
           select RowCase.Of("E-69", EndMachine.EndsDispatch(rules), true),
        .. from rules in AllRules
           where rules.ReportListenerExceptions
           select RowCase.Of("E-70", EndMachine.EndsDispatch(rules), false),
        .. from state in All
           where state.Failed
           select RowCase.Of("E-66", EndMachine.AfterFailure(state), Nothing(state with { Aborted = true })),
        .. from state in All
           where !state.Failed
           select RowCase.Of("E-67", EndMachine.AfterFailure(state), Nothing(state)),
    ];

    public static TheoryData<string> Rows => ProtocolRows.NumbersOf(Cases);

    // Rules and events with which an exception is not merely reported.
    private static IEnumerable<(EndRules Rules, EndEvent Raised)> ThrowsThatCount =>
        from rules in new[] { Auto, Manual, Reported }
        from raised in Enum.GetValues<EndEvent>()
        where !(rules.ReportListenerExceptions && raised is EndEvent.Close)
        select (rules, raised);

    private static EndRules Pedantic => Auto with { PedanticCloseCodes = true };

    private static EndRules NoLimit => Auto with { LimitCloseReason = false };

    private static IEnumerable<EndState> Listening =>
        All.Where(state => state.Phase is EndPhase.Accepted or EndPhase.Hibernatable or EndPhase.Coupled);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_Applied_HasItsOutcome(string row) => ProtocolRows.Check(row, Cases);

    [Fact]
    public void Rows_OfProtocol_AreAllTested() => ProtocolRows.CheckComplete('E', Cases);

    [Fact]
    public void Machine_AnyStateAndInput_IsTotalAndNeverGoesBack()
    {
        var steps = 0;
        foreach (var state in All)
        {
            foreach (var step in Everything(state))
            {
                steps++;
                Assert.True(step.State.ReadyState >= state.ReadyState || IsTakenFromOwner(state, step.State), $"{state} -> {step}");
                Assert.True(
                    step.Effect is not EndEffect.Throw || step.State == state,
                    $"{state} -> {step}: a call that throws must change nothing");
                Assert.True(
                    step.Effect is EndEffect.Throw || step.Error is WebSocketPairErrorKind.Other,
                    $"{state} -> {step}: an error without a throw");
                Assert.True(!state.Out || step.State.Out, $"{state} -> {step}: a sent Close cannot be taken back");
                Assert.True(
                    state.Out || !step.State.Out || step.Effect is EndEffect.Queue or EndEffect.ReplyThenDeliver,
                    $"{state} -> {step}: out without a Close");
                Assert.True(
                    !state.Out || step.Effect is not (EndEffect.Queue or EndEffect.ReplyThenDeliver),
                    $"{state} -> {step}: something behind the Close");
            }
        }

        Assert.Equal(192 * (16 * (3 + 5 + 3) + 12), steps);
    }

    /// <summary>Only states that no end reaches: closed before it was accepted, and then given away.</summary>
    private static bool IsTakenFromOwner(EndState before, EndState after) =>
        before.Phase is EndPhase.Pending && after.Phase is EndPhase.Coupled or EndPhase.Released;

    private static IEnumerable<EndStep> Everything(EndState state)
    {
        foreach (var rules in AllRules)
        {
            foreach (var halfOpen in new bool?[] { null, false, true })
            {
                yield return EndMachine.Accept(state, rules, halfOpen);
            }

            foreach (var raised in Enum.GetValues<EndEvent>())
            {
                yield return EndMachine.Throw(state, rules, raised);
            }

            yield return EndMachine.Close(state, rules, null, null);
            yield return EndMachine.Close(state, rules, 1000, null);
            yield return EndMachine.Close(state, rules, 4000, "reason");
            yield return EndMachine.Close(state, rules, 1006, null);
            yield return EndMachine.Close(state, rules, null, "reason");
        }

        yield return EndMachine.Hibernate(state, peerTaken: false);
        yield return EndMachine.Hibernate(state, peerTaken: true);
        yield return EndMachine.Open(state);
        yield return EndMachine.Couple(state);
        yield return EndMachine.Release(state);
        yield return EndMachine.Send(state);
        yield return EndMachine.ReceiveMessage(state);
        yield return EndMachine.ReceiveClose(state);
        yield return EndMachine.ReceiveDrop(state);
        yield return EndMachine.AfterDrop(state);
        yield return EndMachine.Fail(state);
        yield return EndMachine.AfterFailure(state);
    }

    private static EndStep Step(EndState state, EndEffect effect) => new(state, effect);

    private static EndStep Nothing(EndState state) => new(state, EndEffect.None);

    private static EndStep Throws(EndState state, WebSocketPairErrorKind error) => new(state, EndEffect.Throw, error);
}
