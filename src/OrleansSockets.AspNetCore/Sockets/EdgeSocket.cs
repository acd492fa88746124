using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>
/// One open socket and the end it is coupled to. It decides no close: it translates frames to what the end hears and writes what the end has. Two loops
/// run, one for each direction; whichever ends first decides how the other one ends. <see cref="Tick"/> and <see cref="CloseWith"/> may be called by anyone at any time.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The token source has no timer and nothing to dispose of, and Reset may come at any time.")]
internal sealed class EdgeSocket
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostForAnswers = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostAfterViolation = TimeSpan.FromSeconds(1);

    private readonly ISocketEnd _end;
    private readonly SocketSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action _abort;
    private readonly SocketSender _sender;
    private readonly SocketReceiver _receiver;
    private readonly CancellationTokenSource _stop = new();
    private long _pingAt;
    private long _violatedAt;
    private bool _isReset;
    private volatile bool _closesByItself;

    /// <summary>Couples; <see cref="RunAsync"/> starts.</summary>
    /// <param name="stream">Frames in both directions. The caller disposes of it after <see cref="RunAsync"/>, which ends it gracefully.</param>
    /// <param name="end">The end; this socket is its only user.</param>
    /// <param name="settings">Limits and role.</param>
    /// <param name="clock">For all limits.</param>
    /// <param name="logger">For what ends a socket against its will.</param>
    /// <param name="abort">Resets the connection under the stream.</param>
    public EdgeSocket(Stream stream, ISocketEnd end, SocketSettings settings, TimeProvider clock, ILogger logger, Action abort)
    {
        _end = end;
        _settings = settings;
        _clock = clock;
        _logger = logger;
        _abort = abort;
        _sender = new SocketSender(stream, end, settings, clock);
        _receiver = new SocketReceiver(stream, end, _sender, settings, clock);
    }

    /// <summary>A write waits for the client.</summary>
    public bool IsStalled => _sender.IsWriting;

    /// <summary>Reading waits for the peer.</summary>
    public bool IsPaused => _receiver.IsPaused;

    /// <summary>A Close has passed.</summary>
    public bool IsClosing => _sender.ClosedAt != 0 || _receiver.ClosedAt != 0;

    /// <summary>Runs until the connection has nothing more to do. Does not throw for anything that a client can cause.</summary>
    public async Task<SocketOutcome> RunAsync()
    {
        _end.Listen(_sender.Signal);
        var sending = _sender.RunAsync();
        var receiving = _receiver.RunAsync(_stop.Token);
        try
        {
            await Task.WhenAny(sending, receiving);
            var outcome = await (receiving.IsCompleted ? AfterReceivingAsync(await receiving, sending) : AfterSendingAsync(await sending, receiving));
            return Volatile.Read(ref _isReset) ? SocketOutcome.Reset : outcome;
        }
        catch
        {
            _end.Abort(null);
            throw;
        }
        finally
        {
            _stop.Cancel();
            _sender.Stop();
            if (_sender.IsWriting)
            {
                _abort();
            }

            await Task.WhenAll(sending, receiving);
            if (_closesByItself)
            {
                // Nothing is written any more, whatever the client answered.
                _end.Abort(null);
            }
        }
    }

    /// <summary>Closes from the edge's side; the client's answer is passed on as its Close.</summary>
    public void CloseWith(int code, string reason)
    {
        _end.Note($"the edge closes: {reason}", code);
        _closesByItself = true;
        _sender.CloseWith(code, reason);
    }

    /// <summary>Resets the connection.</summary>
    public void Reset(string why)
    {
        if (Interlocked.Exchange(ref _isReset, true))
        {
            return;
        }

        EdgeLog.SocketReset(_logger, why);
        _end.Note($"the edge resets the socket: {why}");

        // First of all, or the loops could end before and the connection would end gracefully.
        _abort();
        _stop.Cancel();
        _sender.Stop();
    }

    /// <summary>The client is gone, and whoever says so knew it without reading: a socket whose reading is paused would not see it.</summary>
    public void Lose()
    {
        _stop.Cancel();
        _sender.Stop();
    }

    /// <summary>Looks at the limits of time.</summary>
    public void Tick()
    {
        if (Exceeds(_sender.StalledFor, _settings.SendTimeout))
        {
            Reset($"the client has not read for {nameof(EdgeOptions.SendTimeout)} ({_settings.SendTimeout})");
            return;
        }

        var (sent, received, violated) = (_sender.ClosedAt, _receiver.ClosedAt, Volatile.Read(ref _violatedAt));
        if (violated != 0)
        {
            // What the peer answers to the messages before the violation still goes out, as on Workers; but a peer that does not listen holds up no Close.
            if (sent == 0 && _clock.GetElapsedTime(violated) >= MostForAnswers)
            {
                _sender.CloseWith(_receiver.Violation!.Code, _receiver.Violation.Text);
            }
        }
        else if (sent == 0 && received == 0)
        {
            KeepAlive();
        }
        else if ((sent == 0 || received == 0) && Exceeds(_clock.GetElapsedTime(Math.Max(sent, received)), _settings.CloseTimeout))
        {
            var missing = sent == 0 ? "the peer has not answered the client's Close" : "the client has not answered the Close";
            Reset($"{missing} for {nameof(EdgeOptions.CloseTimeout)} ({_settings.CloseTimeout})");
        }
    }

    private static bool Exceeds(TimeSpan time, TimeSpan limit) => limit > TimeSpan.Zero && time >= limit;

    private void KeepAlive()
    {
        var silent = _receiver.SilentFor;
        if (_receiver.IsPaused || _settings.KeepAliveInterval <= TimeSpan.Zero || silent < _settings.KeepAliveInterval)
        {
            _pingAt = 0;
        }
        else if (_pingAt == 0)
        {
            _pingAt = _clock.GetTimestamp();
            _sender.Ping();
        }
        else if (Exceeds(_clock.GetElapsedTime(_pingAt), _settings.KeepAliveTimeout))
        {
            Reset($"the client has not answered a Ping for {nameof(EdgeOptions.KeepAliveTimeout)} ({_settings.KeepAliveTimeout})");
        }
    }

    private async Task<SocketOutcome> AfterReceivingAsync(ReceiveResult received, Task<SendResult> sending)
    {
        switch (received)
        {
            case ReceiveResult.Closed:
                return await AfterClientsCloseAsync(sending);
            case ReceiveResult.Violation:
                var violation = _receiver.Violation!;
                EdgeLog.Violation(_logger, violation.Code, violation.Text);
                Volatile.Write(ref _violatedAt, _clock.GetTimestamp());
                _sender.CloseBehindPeer(violation);
                _end.Abort(violation);
                await sending;
                _end.Abort(null);
                await _receiver.DrainAsync(Quiet, MostAfterViolation);
                return SocketOutcome.Violation;
            default:
                return Drop();
        }
    }

    private async Task<SocketOutcome> AfterClientsCloseAsync(Task<SendResult> sending)
    {
        var watching = _receiver.WatchAsync(_stop.Token);
        if (await Task.WhenAny(sending, watching) == watching && !await watching)
        {
            return Drop();
        }

        // After the client's FIN, too: the peer may take its time to answer.
        var sent = await sending;
        _stop.Cancel();
        await watching;
        if (sent == SendResult.Closed)
        {
            return SocketOutcome.Closed;
        }

        _end.Abort(null);
        return SocketOutcome.PeerGone;
    }

    private async Task<SocketOutcome> AfterSendingAsync(SendResult sent, Task<ReceiveResult> receiving)
    {
        if (sent == SendResult.PeerGone || (sent == SendResult.Closed && await Task.WhenAny(receiving, _end.PeerGone) != receiving))
        {
            // The peer is gone, or has closed and hears no answer: its listener failed, or it was cut off.
            _end.Abort(null);
            return SocketOutcome.PeerGone;
        }

        if (sent != SendResult.Closed)
        {
            return Drop();
        }

        switch (await receiving)
        {
            case ReceiveResult.Closed:
                return SocketOutcome.Closed;
            case ReceiveResult.Violation:
                _end.Abort(_receiver.Violation);
                return SocketOutcome.Violation;
            default:
                return Drop();
        }
    }

    private SocketOutcome Drop()
    {
        if (!Volatile.Read(ref _isReset))
        {
            _end.Note(_receiver.HasEnded ? "the client ended TCP without a Close" : "the client's connection was lost");
        }

        _end.Abort(null);
        return SocketOutcome.Dropped;
    }
}
