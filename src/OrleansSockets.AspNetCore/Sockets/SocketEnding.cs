using Microsoft.Extensions.Logging;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>
/// How a socket ends once one of its loops has: what the other loop still has to do, what the end hears, and what it was in the end. Exists
/// from then on only.
/// </summary>
internal sealed class SocketEnding(
    EdgeSocket socket, ISocketEnd end, SocketSender sender, SocketReceiver receiver, CancellationTokenSource stop, TimeProvider clock,
    ILogger logger)
{
    /// <summary>What is under way arrives without gaps of this length. A client that pauses for longer only loses the courtesy.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    /// <summary>A courtesy to a client that broke the protocol: it may read why in peace. Nothing that is promised depends on it.</summary>
    private static readonly TimeSpan AfterViolation = TimeSpan.FromSeconds(1);

    /// <summary>A client that answers later has read the Close already: it loses nothing by the end of TCP.</summary>
    private static readonly TimeSpan UnheardAnswer = TimeSpan.FromMilliseconds(100);

    private long _inputOverAt;
    private volatile bool _hasWatched;

    /// <summary>
    /// When the client's direction ended without a Close of its own while the peer may still answer, as a timestamp of the clock; 0: it did
    /// not.
    /// </summary>
    public long InputOverAt => Volatile.Read(ref _inputOverAt);

    /// <summary>Behind the client's Close came its FIN: nobody reads any more, so a reset has to be looked for.</summary>
    public bool HasWatched => _hasWatched;

    /// <summary>The receive loop was first.</summary>
    public async Task<SocketOutcome> AfterReceivingAsync(ReceiveResult received, Task<SendResult> sending)
    {
        switch (received)
        {
            case ReceiveResult.Closed:
                return await AfterClientsCloseAsync(sending);
            case ReceiveResult.Violation:
                var violation = receiver.Violation!;
                EdgeLog.Violation(logger, violation.Code, violation.Text);
                Volatile.Write(ref _inputOverAt, clock.GetTimestamp());
                sender.CloseBehindPeer(violation);
                end.Abort(violation);
                await sending;
                end.Abort(null);
                await receiver.DrainAsync(Quiet, AfterViolation);
                return SocketOutcome.Violation;
            case ReceiveResult.Dropped when receiver.HasEnded:
                return await AfterFinAsync(sending);
            default:
                return Drop(received);
        }
    }

    /// <summary>The send loop was first.</summary>
    public async Task<SocketOutcome> AfterSendingAsync(SendResult sent, Task<ReceiveResult> receiving)
    {
        if (sent == SendResult.PeerGone || (sent == SendResult.Closed && !await AnswersAsync(receiving)))
        {
            end.Abort(null);
            return SocketOutcome.PeerGone;
        }

        if (sent != SendResult.Closed)
        {
            return Drop(ReceiveResult.Dropped);
        }

        switch (await receiving)
        {
            case ReceiveResult.Closed:
                return SocketOutcome.Closed;
            case ReceiveResult.Violation:
                end.Abort(receiver.Violation);
                return SocketOutcome.Violation;
            case var other:
                return Drop(other);
        }
    }

    // The client reads on: what the peer says to its last messages goes out before TCP ends.
    private async Task<SocketOutcome> AfterFinAsync(Task<SendResult> sending)
    {
        end.Note("the client ended TCP without a Close");
        if (end.EndInput())
        {
            Volatile.Write(ref _inputOverAt, clock.GetTimestamp());
            await sending;
        }

        end.Abort(null);
        return SocketOutcome.Dropped;
    }

    private async Task<SocketOutcome> AfterClientsCloseAsync(Task<SendResult> sending)
    {
        var watching = receiver.WatchAsync(stop.Token);
        if (await Task.WhenAny(sending, watching) == watching && !await watching)
        {
            return Drop(ReceiveResult.Dropped);
        }

        // After the client's FIN, too: the peer may take its time to answer.
        _hasWatched = watching.IsCompleted;
        var sent = await sending;
        stop.Cancel();
        await watching;
        switch (sent)
        {
            case SendResult.Closed:
                return SocketOutcome.Closed;
            case SendResult.PeerGone:
                end.Abort(null);
                return SocketOutcome.PeerGone;
            default:
                return Drop(ReceiveResult.Dropped);
        }
    }

    // The Close is written. Whom the edge itself closes has CloseTimeout for the answer. Else a peer that is gone hears none: its
    // listener failed, or it was cut off. But ending TCP before the answer would make a reset of it, behind the Close that says why.
    private async Task<bool> AnswersAsync(Task<ReceiveResult> receiving)
    {
        if (!socket.ClosesByItself && await Task.WhenAny(receiving, end.PeerGone) != receiving)
        {
            // This waits for the network, so also under a test's clock it is the system's time that counts.
            await Task.WhenAny(receiving, Task.Delay(UnheardAnswer, TimeProvider.System));
            return receiving.IsCompleted;
        }

        return true;
    }

    private SocketOutcome Drop(ReceiveResult received)
    {
        if (received == ReceiveResult.Endless)
        {
            socket.Reset("the edge has closed, and the client goes on sending");
        }
        else if (!socket.IsReset)
        {
            end.Note(receiver.HasEnded ? "the client ended TCP without a Close" : "the client's connection was lost");
        }

        end.Abort(null);
        return SocketOutcome.Dropped;
    }
}
