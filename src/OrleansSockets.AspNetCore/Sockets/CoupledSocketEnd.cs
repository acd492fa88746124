using System.Text;
using OrleansSockets.Custody;
using OrleansSockets.Deployments;
using OrleansSockets.Ends;
using OrleansSockets.Frames;
using OrleansSockets.Streams;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>A real end for a socket.</summary>
internal sealed class CoupledSocketEnd : ISocketEnd, IEndConsumer
{
    private CoupledEnd? _end;
    private Action? _signal;

    public PairGate Gate => End.Gate;

    public bool HasRoom => End.HasRoom;

    public bool IsHeard => End.IsHeard;

    public Task PeerGone => End.PeerGone;

    /// <summary>The other end is attached, or was.</summary>
    public bool HasMet => End.HasMet;

    /// <summary>Ends when the other end is attached, or lost.</summary>
    public Task PeerAttached => End.PeerAttached;

    private CoupledEnd End => _end ?? throw new InvalidOperationException("The end is not coupled yet.");

    /// <summary>Claims a released end.</summary>
    /// <param name="claims">Of this silo.</param>
    /// <param name="ticket">The end.</param>
    /// <param name="settings">Of its deployment.</param>
    /// <param name="readsAhead">Whether the socket is read before the other end is accepted.</param>
    /// <param name="awaitsClient">Whether the other end is another client's, who may come long after, or never.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="WebSocketPairException">It was claimed already, or its time is over.</exception>
    public static async Task<CoupledSocketEnd> ClaimAsync(
        EndClaims claims, EndTicket ticket, EndSettings settings, bool readsAhead, bool awaitsClient, CancellationToken cancellation)
    {
        var socketEnd = new CoupledSocketEnd();
        socketEnd._end = await claims.ClaimAsync(ticket, settings, socketEnd, readsAhead, awaitsClient, cancellation);
        return socketEnd;
    }

    /// <summary>Joins an end of this process.</summary>
    /// <exception cref="WebSocketPairException">It was accepted or given away.</exception>
    public static CoupledSocketEnd Join(WebSocketEnd end)
    {
        var socketEnd = new CoupledSocketEnd();
        socketEnd._end = CoupledEnd.Join(end, socketEnd);
        return socketEnd;
    }

    // What came before the socket listens is seen by its first look.
    void IEndConsumer.Signal() => _signal?.Invoke();

    public void Listen(Action signal)
    {
        using (Gate.Enter())
        {
            _signal = signal;
        }
    }

    public Task WaitForRoom() => End.WaitForRoom();

    public void TakeAll() => End.TakeAll();

    public void Discard() => End.Discard();

    public bool EndInput() => End.EndInput();

    public void Send(bool isText, bool first, bool last, ReadOnlySpan<byte> part) => End.Send(isText, first, last, part);

    public void Flush() => End.Flush();

    public bool Ping(ReadOnlySpan<byte> payload) => End.Ping(payload);

    public void Close(int? code, string reason) => End.Close(code, Encoding.UTF8.GetBytes(reason));

    public void Abort(FrameViolation? violation)
    {
        if (violation is null)
        {
            End.Drop();
        }
        else
        {
            End.Fail(violation.Code, violation.Text);
        }
    }

    public void Note(string what, int? code = null) => End.Note(what, code);

    public bool TryTake(out ReceivedItem item) => End.TryTake(out item);

    public void Consumed(in ReceivedItem item) => End.Consumed(item);
}
