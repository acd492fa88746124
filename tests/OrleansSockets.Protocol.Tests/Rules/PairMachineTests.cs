using OrleansSockets.Rules;
using Xunit;

namespace OrleansSockets.Protocol.Tests.Rules;

public sealed class PairMachineTests
{
    private static readonly StreamState Open = new(StreamPhase.Open, false);
    private static readonly StreamState Closed = new(StreamPhase.Closed, false);
    private static readonly StreamState Aborted = new(StreamPhase.Aborted, false);
    private static readonly StreamState Over = new(StreamPhase.Closed, true);
    private static readonly StreamState InVain = new(StreamPhase.Aborted, true);

    private static readonly PairState Both = new(SidePhase.Attached, SidePhase.Attached, Open, Open);
    private static readonly PairState Finished = new(SidePhase.Left, SidePhase.Left, Over, InVain);

    private static readonly RowCase[] Cases =
    [
        RowCase.Of("P-1", Apply(Finished, PairEventKind.Attach), Step(Finished, PairEffects.Reject)),
        .. from kind in Enum.GetValues<PairEventKind>()
           where kind is not PairEventKind.Attach
           select RowCase.Of("P-2", Apply(Finished, kind), Step(Finished)),
        RowCase.Of(
            "P-3",
            Apply(Both with { Client = SidePhase.Lost }, PairEventKind.Attach),
            Step(Both with { Client = SidePhase.Lost }, PairEffects.Reject)),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Attached, SidePhase.Detached }
           let lost = new PairState(phase, SidePhase.Lost, InVain, Aborted)
           select RowCase.Of(
               "P-4", Apply(lost, PairEventKind.Attach), Step(lost with { Client = SidePhase.Attached }, PairEffects.NotifyLostToClient)),
        RowCase.Of(
            "P-4",
            Apply(new(SidePhase.Detached, SidePhase.Attached, InVain, Closed), PairEventKind.Attach),
            Step(new(SidePhase.Attached, SidePhase.Attached, InVain, Closed), PairEffects.NotifyLostToClient)),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Attached, SidePhase.Detached }
           select RowCase.Of("P-5", Apply(Both with { Client = phase }, PairEventKind.Attach), Step(Both)),
        RowCase.Of("P-5", Apply(PairState.Initial, PairEventKind.Attach), Step(PairState.Initial with { Client = SidePhase.Attached })),
        RowCase.Of("P-6", Apply(Both, PairEventKind.Detach), Step(Both with { Client = SidePhase.Detached })),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Detached, SidePhase.Lost }
           select RowCase.Of("P-7", Apply(Both with { Client = phase }, PairEventKind.Detach), Step(Both with { Client = phase })),
        RowCase.Of("P-8", Apply(Both, PairEventKind.CloseSent), Step(Both with { FromClient = Closed })),
        .. from ended in new[] { Closed, Over, Aborted, InVain }
           select RowCase.Of(
               "P-9", Apply(Both with { FromClient = ended }, PairEventKind.CloseSent), Step(Both with { FromClient = ended })),
        RowCase.Of("P-10", Apply(Both, PairEventKind.AbortSent), Step(Both with { FromClient = Aborted, FromServer = InVain })),
        RowCase.Of(
            "P-10",
            Apply(Both with { FromServer = Closed }, PairEventKind.AbortSent),
            Step(Both with { FromClient = Aborted, FromServer = Over })),
        RowCase.Of(
            "P-11",
            Apply(Both with { FromClient = Closed }, PairEventKind.AbortSent),
            Step(Both with { FromClient = Closed, FromServer = InVain }, PairEffects.NotifyLostToServer)),
        RowCase.Of(
            "P-11",
            Apply(Both with { FromClient = Over }, PairEventKind.AbortSent),
            Step(Left with { FromClient = Over, FromServer = InVain }, PairEffects.NotifyLostToServer | PairEffects.Finish)),
        RowCase.Of(
            "P-12",
            Apply(Both with { FromClient = Closed, FromServer = Closed }, PairEventKind.AbortSent),
            Step(Both with { FromClient = Closed, FromServer = Over })),
        RowCase.Of(
            "P-12",
            Apply(Both with { FromClient = Aborted, FromServer = InVain }, PairEventKind.AbortSent),
            Step(Both with { FromClient = Aborted, FromServer = InVain })),
        RowCase.Of("P-13", Apply(Both, PairEventKind.Consumed), Step(Both with { FromClient = Over })),
        RowCase.Of("P-14", Apply(Both with { FromClient = Closed }, PairEventKind.Consumed), Step(Both with { FromClient = Over })),
        RowCase.Of("P-14", Apply(Both with { FromClient = Aborted }, PairEventKind.Consumed), Step(Both with { FromClient = InVain })),
        RowCase.Of("P-14", Apply(Both with { FromClient = Over }, PairEventKind.Consumed), Step(Both with { FromClient = Over })),
        RowCase.Of(
            "P-15",
            Apply(new(SidePhase.Lost, SidePhase.Attached, Aborted, InVain), PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Attached, Aborted, InVain))),
        RowCase.Of(
            "P-16",
            Apply(Both with { FromClient = Over, FromServer = Closed }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Left, Over, Over), PairEffects.Finish)),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Attached, SidePhase.Detached }
           select RowCase.Of(
            "P-17",
            Apply(Both with { Client = phase }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Attached, Aborted, InVain), PairEffects.NotifyLostToServer)),
        RowCase.Of(
            "P-17",
            Apply(Both with { FromClient = Closed }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Attached, Closed, InVain), PairEffects.NotifyLostToServer)),
        RowCase.Of(
            "P-17",
            Apply(Both with { FromClient = Closed, FromServer = Closed }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Attached, Closed, Over), PairEffects.NotifyLostToServer)),
        RowCase.Of(
            "P-17",
            Apply(Both with { FromClient = Over }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Left, Over, InVain), PairEffects.NotifyLostToServer | PairEffects.Finish)),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Detached }
           select RowCase.Of(
            "P-18",
            Apply(Both with { Server = phase }, PairEventKind.HostLost),
            Step(new(SidePhase.Lost, phase, Aborted, InVain))),
        RowCase.Of(
            "P-18",
            Apply(new(SidePhase.Attached, SidePhase.Lost, InVain, Aborted), PairEventKind.HostLost),
            Step(new(SidePhase.Lost, SidePhase.Lost, InVain, InVain), PairEffects.Finish)),
        RowCase.Of(
            "P-19",
            Apply(Both with { Client = SidePhase.Vacant }, PairEventKind.ClaimTimeout),
            Step(new(SidePhase.Lost, SidePhase.Attached, Aborted, InVain), PairEffects.NotifyLostToServer)),
        .. from phase in new[] { SidePhase.Attached, SidePhase.Detached, SidePhase.Lost }
           select RowCase.Of("P-20", Apply(Both with { Client = phase }, PairEventKind.ClaimTimeout), Step(Both with { Client = phase })),
        .. from phase in new[] { SidePhase.Vacant, SidePhase.Detached }
           select RowCase.Of(
            "P-21",
            Apply(Both with { Client = phase }, PairEventKind.ReattachTimeout),
            Step(new(SidePhase.Lost, SidePhase.Attached, Aborted, InVain), PairEffects.NotifyLostToServer)),
        .. from phase in new[] { SidePhase.Attached, SidePhase.Lost }
           select RowCase.Of(
               "P-22", Apply(Both with { Client = phase }, PairEventKind.ReattachTimeout), Step(Both with { Client = phase })),
        RowCase.Of(
            "P-23", Apply(Both with { FromClient = Closed, FromServer = Over }, PairEventKind.Consumed), Step(Left, PairEffects.Finish)),
        RowCase.Of(
            "P-23",
            Apply(new(SidePhase.Detached, SidePhase.Lost, InVain, Aborted), PairEventKind.ReattachTimeout),
            Step(new(SidePhase.Lost, SidePhase.Lost, InVain, InVain), PairEffects.Finish)),
    ];

    public static TheoryData<string> Rows => ProtocolRows.NumbersOf(Cases);

    private static PairState Left => new(SidePhase.Left, SidePhase.Left, Over, Over);

    private static IEnumerable<StreamState> Streams =>
        from phase in Enum.GetValues<StreamPhase>()
        from finished in Enumerable.Range(0, 2)
        select new StreamState(phase, finished is 1);

    /// <summary>Every state there is, reachable or not.</summary>
    private static IEnumerable<PairState> All =>
        from client in Enum.GetValues<SidePhase>()
        from server in Enum.GetValues<SidePhase>()
        from fromClient in Streams
        from fromServer in Streams
        select new PairState(client, server, fromClient, fromServer);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_Applied_HasItsOutcome(string row) => ProtocolRows.Check(row, Cases);

    [Fact]
    public void Rows_OfProtocol_AreAllTested() => ProtocolRows.CheckComplete('P', Cases);

    [Fact]
    public void Apply_AnyStateAndEvent_IsTotalAndMirrors()
    {
        foreach (var state in All)
        {
            foreach (var kind in Enum.GetValues<PairEventKind>())
            {
                var step = PairMachine.Apply(state, new(kind, Side.Client));
                Assert.Equal(step, Mirror(PairMachine.Apply(Mirror(state), new(kind, Side.Server))));
                Assert.Equal(!state.IsFinished && step.State.IsFinished, step.Effects.HasFlag(PairEffects.Finish));
                Assert.All(Enum.GetValues<Side>(), side => CheckStream(state.From(side), step.State.From(side)));
            }
        }
    }

    [Fact]
    public void Apply_SideThatIsNone_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PairMachine.Apply(PairState.Initial, new(PairEventKind.Attach, (Side)2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairMachine.Apply(PairState.Initial, new((PairEventKind)99, 0)));
    }

    /// <summary>How a stream ended is never revised, and what is finished stays so.</summary>
    private static void CheckStream(StreamState before, StreamState after)
    {
        Assert.True(before.Phase is StreamPhase.Open || after.Phase == before.Phase, $"{before} -> {after}");
        Assert.True(!before.Finished || after.Finished, $"{before} -> {after}");
    }

    private static PairState Mirror(PairState state) => new(state.Server, state.Client, state.FromServer, state.FromClient);

    private static PairStep Mirror(PairStep step) => new(Mirror(step.State), (step.Effects & (PairEffects.Reject | PairEffects.Finish))
        | (step.Effects.HasFlag(PairEffects.NotifyLostToClient) ? PairEffects.NotifyLostToServer : PairEffects.None)
        | (step.Effects.HasFlag(PairEffects.NotifyLostToServer) ? PairEffects.NotifyLostToClient : PairEffects.None));

    private static PairStep Apply(PairState state, PairEventKind kind) => PairMachine.Apply(state, new(kind, Side.Client));

    private static PairStep Step(PairState state, PairEffects effects = PairEffects.None) => new(state, effects);
}
