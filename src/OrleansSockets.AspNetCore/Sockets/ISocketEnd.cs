using OrleansSockets.Ends;
using OrleansSockets.Frames;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>
/// The end that a socket is coupled to, as the socket sees it: the client's frames go in as parts, what the peer sent comes out as whole
/// messages. No member blocks.
/// </summary>
internal interface ISocketEnd
{
    /// <summary>Guards the end; held by a loop that has many calls to make.</summary>
    PairGate Gate { get; }

    /// <summary>Ends when the peer reads no more: with its Close written, nothing is left to do for the client.</summary>
    Task PeerGone { get; }

    /// <summary>Whether the socket should be read: the peer has room for more.</summary>
    bool HasRoom { get; }

    /// <summary>The peer has heard the last that the client had for it, or is gone.</summary>
    bool IsHeard { get; }

    /// <summary>
    /// From now on <paramref name="signal"/> is called when something waits. It is called under the lock and does not block.
    /// </summary>
    void Listen(Action signal);

    /// <summary>Completes when <see cref="HasRoom"/> may have become true, or the peer is gone.</summary>
    Task WaitForRoom();

    /// <summary>Nothing more will come than what the server holds already: from now on there is room for it.</summary>
    void TakeAll();

    /// <summary>
    /// From now on there is room, and what the peer has none for is thrown away; then the client's Close counts as a drop.
    /// </summary>
    void Discard();

    /// <summary>
    /// The client ended its direction without a Close. False: nobody is there to say anything more. Else the peer hears of it behind the
    /// client's messages, and what it says until then, an abort behind it, is among the things to write.
    /// </summary>
    bool EndInput();

    /// <summary>A piece of a message of the client; it is copied, and leaves with the next <see cref="Flush"/>, at the latest.</summary>
    void Send(bool isText, bool first, bool last, ReadOnlySpan<byte> part);

    /// <summary>What was read in one go is sent: it travels together.</summary>
    void Flush();

    /// <summary>
    /// The client's Ping. True: its answer will be among the things to write, as <see cref="PairFrameKind.Pong"/>. False: the socket
    /// answers it at once.
    /// </summary>
    bool Ping(ReadOnlySpan<byte> payload);

    /// <summary>The client's Close.</summary>
    void Close(int? code, string reason);

    /// <summary>
    /// The client broke the protocol: the peer hears of it behind the client's good messages, and what it still says is written. Or (null)
    /// the client is gone and nothing is written to it any more; safe to repeat, and after a Close or a violation: then it only says that
    /// nobody is left to read.
    /// </summary>
    void Abort(FrameViolation? violation);

    /// <summary>A line for the pair's timeline.</summary>
    void Note(string what, int? code = null);

    /// <summary>The next thing to write, in order.</summary>
    bool TryTake(out ReceivedItem item);

    /// <summary>It was written. In the order of taking.</summary>
    void Consumed(in ReceivedItem item);
}
