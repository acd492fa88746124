using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>How the frames of an end reach its peer.</summary>
internal enum EndRoute : byte
{
    /// <summary>The peer is in the same live object and no pair grain exists.</summary>
    Local,

    /// <summary>Waiting for the pair grain; nothing is sent.</summary>
    Attaching,

    /// <summary>Through the pair grain's relay.</summary>
    Attached,

    /// <summary>No pair grain was found, or it refused: the pair is over for this end.</summary>
    Lost,
}

/// <summary>
/// One end of a pair on the silo where it lives: its state, its two streams and its attachment. Guarded by the pair's lock.
/// </summary>
internal sealed class End(Pair pair, int side, EndSettings settings, int window)
{
    public Pair Pair { get; } = pair;

    public int Side { get; } = side;

    public EndSettings Settings { get; } = settings;

    public EndState State { get; set; } = EndState.Initial;

    /// <summary>In the meter of finished ends.</summary>
    public bool IsCounted { get; set; }

    public OutStream Out { get; } = new(window, pair.Hub.Budget);

    public InStream In { get; } = new(window, pair.Hub.Budget);

    public IEndConsumer? Consumer { get; set; }

    public Guid Secret { get; set; }

    public ITimer? AcceptTimer { get; set; }

    public EndRoute Route { get; set; }

    public PairEpoch Epoch { get; set; }

    /// <summary>An activation that has said that it goes; its goodbye can overtake its answer to an attach.</summary>
    public Guid LeftActivation { get; set; }

    /// <summary>The silo of the pair grain.</summary>
    public SiloAddress? Owner { get; set; }

    public SiloAddress? PeerHost { get; set; }

    public long PeerVersion { get; set; }

    /// <summary>The peer is attached, or known to be lost.</summary>
    public Condition PeerKnown { get; } = new();

    /// <summary>The peer reads no more: what is sent is dropped.</summary>
    public Condition PeerGone { get; } = new();

    /// <summary>Both streams are finished: nothing will come or go.</summary>
    public bool IsDone => Out.IsFinished && In.IsFinished;

    /// <summary>Bytes that may be queued before a waiting sender has room.</summary>
    public long RoomLimit { get; set; } = pair.Hub.Options.SendBufferSize;

    /// <summary>Ends the wait for room; see <see cref="WaitForRoom"/>.</summary>
    public TaskCompletionSource? RoomWaiter { get; private set; }

    /// <summary>A task that ends when queued bytes went out; the caller checks again.</summary>
    public Task WaitForRoom() =>
        (RoomWaiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void SignalRoom()
    {
        RoomWaiter?.TrySetResult();
        RoomWaiter = null;
    }

    public AttachRequest Request(SiloAddress host, EndTicket? ticket = null) => new()
    {
        Pair = Pair.Id,
        Side = Side,
        Host = host,
        Secret = Secret,
        KnownEpoch = Epoch,
        Consumed = In.Consumed,
        Window = In.Granted,
        OutEnded = Out.HasEnded,
        OutAborted = Out.EndedByAbort,
        OutFinished = Out.IsFinished,
        InFinished = In.IsFinished,
        PeerHost = PeerHost,
        Ticket = ticket,
    };
}
