using OrleansSockets.Rules;

namespace OrleansSockets;

/// <summary>Options of <see cref="WebSocketEnd.Couple"/>.</summary>
public sealed class CoupleOptions
{
    /// <summary>
    /// From the first Close (or loss) to the other side's answer. Then that side is cut off, so that a silent backend cannot hold a client
    /// for ever. Default 30 s; 0: no limit.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The code that a side is told when the other one is lost without a Close, closed with a code that may not be sent, or did not answer
    /// in time. Default 1011.
    /// </summary>
    public int LostCode { get; set; } = CloseRelay.DefaultLostCode;
}
