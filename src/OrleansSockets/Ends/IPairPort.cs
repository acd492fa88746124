using OrleansSockets.Wire;

namespace OrleansSockets.Ends;

/// <summary>
/// The way from an end to its pair's relay, or from a relay to an end: in this process, or over a link. What is sent arrives in order.
/// Called under the pair's lock; never blocks.
/// </summary>
internal interface IPairPort
{
    /// <summary>Sends one frame.</summary>
    void Send(in LinkFrame frame);

    /// <summary>Sends what the stream of an end may send now.</summary>
    void Pump(End end);
}
