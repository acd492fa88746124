using OrleansSockets.Wire;

namespace OrleansSockets.Streams;

/// <summary>A whole message, a Ping, the answer to one, a Close or an abort, as the receiving end takes it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Code">See <see cref="PairFrame.Code"/>.</param>
/// <param name="Payload">See <see cref="PairFrame.Payload"/>.</param>
/// <param name="LastSequence">The number of its last frame.</param>
/// <param name="Credit">Window bytes that consuming it gives back; chunks taken for reassembly may have given back theirs before.</param>
/// <param name="Held">Bytes of memory that it holds.</param>
internal readonly record struct ReceivedItem(
    PairFrameKind Kind, int Code, ReadOnlyMemory<byte> Payload, long LastSequence, int Credit, int Held)
{
    public bool IsTerminal => Kind >= PairFrameKind.Close;

    /// <summary>The peer is gone without a Close, or its client has ended its input; not by a violation.</summary>
    public bool IsDrop => Kind == PairFrameKind.Abort && Code is 0 or CloseCode.Abnormal;
}
