namespace OrleansSockets.Rules;

/// <summary>Where the host of one end stands towards the pair.</summary>
internal enum SidePhase : byte
{
    /// <summary>Nobody has attached this end yet.</summary>
    Vacant,

    /// <summary>A host holds the end and is connected.</summary>
    Attached,

    /// <summary>The host is away and is expected back.</summary>
    Detached,

    /// <summary>The host is gone for good, or never came in time.</summary>
    Lost,

    /// <summary>The pair is finished; this end needs nothing more.</summary>
    Left,
}

/// <summary>The truth that the two hosts share. Side 0 is the client end, side 1 the server end.</summary>
/// <param name="Client">The host of the client end.</param>
/// <param name="Server">The host of the server end.</param>
/// <param name="FromClient">The direction from the client end to the server end.</param>
/// <param name="FromServer">The direction from the server end to the client end.</param>
internal readonly record struct PairState(SidePhase Client, SidePhase Server, StreamState FromClient, StreamState FromServer)
{
    /// <summary>A new pair: both directions open, nobody attached.</summary>
    public static PairState Initial => default;

    /// <summary>Both directions are finished. <see cref="ReadyState"/> does not matter: after a drop it stays 2 for good.</summary>
    public bool IsFinished => FromClient.Finished && FromServer.Finished;

    /// <summary>The host of one end.</summary>
    /// <param name="side">Which.</param>
    public SidePhase Side(Side side) => IsServer(side) ? Server : Client;

    /// <summary>The direction that one end sends.</summary>
    /// <param name="side">Which.</param>
    public StreamState From(Side side) => IsServer(side) ? FromServer : FromClient;

    internal PairState WithSide(Side side, SidePhase phase) => IsServer(side) ? this with { Server = phase } : this with { Client = phase };

    internal PairState WithFrom(Side side, StreamState stream) =>
        IsServer(side) ? this with { FromServer = stream } : this with { FromClient = stream };

    private static bool IsServer(Side side) => side switch
    {
        Rules.Side.Client => false,
        Rules.Side.Server => true,
        _ => throw new ArgumentOutOfRangeException(nameof(side), side, "A pair has the sides 0 and 1."),
    };
}
