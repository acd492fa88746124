using OrleansSockets.Deployments;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <summary>
/// One end of a pair on the silo where it lives: its state, which nobody else writes, its two streams, and its way to the pair grain.
/// Guarded by the pair's lock.
/// </summary>
internal sealed partial class End
{
    private readonly EndHost _host;
    private TaskCompletionSource? _roomWaiter;
    private bool _isCounted;

    public End(IPair pair, Side side, EndSettings settings)
    {
        _host = pair.Host;
        Pair = pair;
        Side = side;
        Settings = settings;
        Out = new OutStream(_host.Options.InitialWindow, _host.Budget);
        In = new InStream(_host.Options.InitialWindow, _host.Budget);
        RoomLimit = _host.Options.SendBufferSize;
        _port = pair;
    }

    public IPair Pair { get; }

    /// <summary>It was neither given away nor withdrawn.</summary>
    public bool IsHere => Pair[Side] == this;

    public Side Side { get; }

    public EndSettings Settings { get; }

    public OutStream Out { get; }

    public InStream In { get; }

    /// <summary>Takes what arrives.</summary>
    public IEndConsumer? Consumer { get; private set; }

    /// <summary>The peer is attached, or known to be lost.</summary>
    public Condition PeerKnown { get; } = new();

    /// <summary>The peer reads no more: what is sent is dropped.</summary>
    public Condition PeerGone { get; } = new();

    /// <summary>Both streams are finished: nothing will come or go.</summary>
    public bool IsDone => Out.IsFinished && In.IsFinished;

    /// <summary>Nothing is under way: neither to the peer, nor to the consumer.</summary>
    public bool IsQuiet =>
        IsDone || (!Out.CanSend && Route != EndRoute.Attaching && (Consumer is null || (In.Waiting == 0 && In.Taken == 0)));

    /// <summary>Bytes that may be queued before a waiting sender has room.</summary>
    public long RoomLimit { get; private set; }

    public void LimitRoom(long bytes) => RoomLimit = Math.Min(RoomLimit, bytes);

    /// <summary>A task that ends when queued bytes went out; the caller checks again.</summary>
    public Task WaitForRoom() =>
        (_roomWaiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Ends the wait for room.</summary>
    public void SignalRoom()
    {
        _roomWaiter?.TrySetResult();
        _roomWaiter = null;
    }

    /// <summary>What is under way here, in words.</summary>
    public string DescribeWork() =>
        $"end {(int)Side} ({Route}) with {In.Waiting} items waiting, {In.Taken} in handlers, {Out.QueuedBytes} bytes to send";

    public EndSnapshot Describe() =>
        new((int)Side, State.ReadyState, State.Phase.ToString(), Settings.Deployment, Settings.Revision, Out.QueuedBytes);

    // What an end says after it was lost, or that its peer is lost after it has said its last word, is no second end.
    private void CountFinished(string outcome)
    {
        if (!_isCounted)
        {
            _isCounted = true;
            _host.Metrics.EndFinished(outcome);
        }
    }
}
