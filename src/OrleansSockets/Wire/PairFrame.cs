using System.Text;

namespace OrleansSockets.Wire;

/// <summary>What a stream of one direction carries. The numbers are a part of the wire.</summary>
internal enum PairFrameKind : byte
{
    Text = 0,
    Binary = 1,

    /// <summary>
    /// A client's Ping, which is to be answered behind what the receiver says to the messages before it. The receiver acknowledges it, and
    /// no more; its payload stays with the sender.
    /// </summary>
    Ping = 2,

    /// <summary>The answer, in the queue of the end that sent the Ping.</summary>
    Pong = 3,

    /// <summary>The sender's Close; nothing follows it.</summary>
    Close = 4,

    /// <summary>The sending end is gone without a Close; nothing follows it.</summary>
    Abort = 5,
}

/// <summary>
/// One numbered frame of a direction: a chunk of a message, a Ping, a Close or an abort.
/// A payload is never written to after the frame was made, so both sides of a local relay share it.
/// </summary>
/// <param name="Sequence">Number within the direction, from 1, without gaps.</param>
/// <param name="Kind">Text, binary, Ping, Close or abort.</param>
/// <param name="First">The chunk begins a message.</param>
/// <param name="Last">The chunk ends a message.</param>
/// <param name="Code">
/// Close: the code, or <see cref="NoCode"/>. Abort: 0 for a drop, 1006 for the end of a client's input, else the Close code that the edge
/// sent for a protocol violation.
/// </param>
/// <param name="Payload">Message bytes; for Close the reason, for an abort the violation's text, both UTF-8.</param>
internal readonly record struct PairFrame(long Sequence, PairFrameKind Kind, bool First, bool Last, int Code, ReadOnlyMemory<byte> Payload)
{
    public const int NoCode = -1;

    /// <summary>Longer messages travel in chunks of this size, so that one of them does not hold up the other pairs of a link.</summary>
    public const int MaxChunk = 16 * 1024;

    public bool IsTerminal => Kind >= PairFrameKind.Close;

    /// <summary>The sending end is gone in both directions. After a violation, or at the end of its input, it only sends no more.</summary>
    public bool IsDrop => Kind == PairFrameKind.Abort && Code == 0;

    /// <summary>What the frame takes of its window; an empty message is not free.</summary>
    public int Cost => Payload.Length + 32;

    public static PairFrame Ping() => new(0, PairFrameKind.Ping, true, true, 0, default);

    public static PairFrame Close(int? code, ReadOnlyMemory<byte> reason) =>
        new(0, PairFrameKind.Close, true, true, code ?? NoCode, reason);

    /// <summary>
    /// A drop that leaves the receiver the time to answer what came before: until it hears of this, what it says still reaches the client.
    /// </summary>
    public static PairFrame InputEnded() => new(0, PairFrameKind.Abort, true, true, CloseCode.Abnormal, default);

    public static PairFrame Drop() => new(0, PairFrameKind.Abort, true, true, 0, default);

    public static PairFrame Violation(int code, string text) => new(0, PairFrameKind.Abort, true, true, code, Encoding.UTF8.GetBytes(text));
}
