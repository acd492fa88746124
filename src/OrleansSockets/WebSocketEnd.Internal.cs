using System.Text;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;

namespace OrleansSockets;

/// <content>What contexts, sessions, couples and the edge do with an end, past its owner.</content>
public sealed partial class WebSocketEnd
{
    internal End Core => _end;

    internal bool IsPending
    {
        get
        {
            lock (_pair.Gate)
            {
                return _end.State.Phase == EndPhase.Pending;
            }
        }
    }

    internal WebSocketContext Context => _dispatcher.Context;

    /// <summary>Null: the end was accepted or given away before.</summary>
    internal EndTicket? TryRelease()
    {
        lock (_pair.Gate)
        {
            return EndMachine.Release(_end.State).Effect == EndEffect.Throw ? null : Release();
        }
    }

    /// <summary>Closes whatever the end's own settings say about codes and reasons: its host is going away, or the Close is another end's.</summary>
    internal void ForceClose(int? code, string reason)
    {
        lock (_pair.Gate)
        {
            if (_end.State is { Out: false, Aborted: false, Failed: false, Phase: EndPhase.Accepted })
            {
                _end.State = _end.State with { Out = true };
                _pair.Send(_end, PairFrame.Close(code, Encoding.UTF8.GetBytes(reason)));
                _dispatcher.ReleaseIfFinished();
            }
        }
    }

    /// <summary>The end waits for a socket that is being opened. For an end that nobody has used yet.</summary>
    internal void BeginConnecting(Task opened)
    {
        lock (_pair.Gate)
        {
            _end.State = EndState.Connecting;
            Opened = opened;
        }
    }

    internal void EndConnecting(string protocol)
    {
        lock (_pair.Gate)
        {
            Protocol = protocol;
            _end.State = EndMachine.Open(_end.State).State;
        }
    }

    /// <summary>The socket could not be opened: the end is closed, and what was meant for it is dropped.</summary>
    internal void FailConnecting()
    {
        lock (_pair.Gate)
        {
            _end.State = EndMachine.Fail(_end.State).State;
            _pair.Send(_end, PairFrame.Drop());
            _pair.StopReading(_end);
        }
    }

    /// <summary>Ends this end without an event: what was sent goes out, its peer is not waited for.</summary>
    internal void Abort()
    {
        lock (_pair.Gate)
        {
            _end.State = _end.State with { Aborted = true };
            _pair.Send(_end, PairFrame.Drop());
            _pair.StopReading(_end);
            _dispatcher.ReleaseIfFinished();
        }
    }

    /// <summary>The end's context is gone: it is closed, and its handlers run no more.</summary>
    internal void Abandon(int code, string reason)
    {
        lock (_pair.Gate)
        {
            ForceClose(code, reason);
            _pair.StopReading(_end);
        }
    }
}
