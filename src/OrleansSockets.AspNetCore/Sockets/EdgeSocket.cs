using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OrleansSockets.AspNetCore.Connections;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>
/// One open socket and the end it is coupled to. It decides no close: it translates frames to what the end hears and writes what the end
/// has. Two loops run, one for each direction; whichever ends first decides how the other one ends. <see cref="Tick"/> and
/// <see cref="CloseWith"/> may be called by anyone at any time.
/// </summary>
[SuppressMessage("Reliability", "CA1001",
    Justification = "The token source has no timer and nothing to dispose of, and Reset may come at any time.")]
internal sealed class EdgeSocket
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostForAnswers = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostForUnheardAnswer = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostAfterViolation = TimeSpan.FromSeconds(1);

    /// <summary>When the edge closes, a peer that takes nothing for so long does not get what the client still sends.</summary>
    private static readonly TimeSpan MostForRoom = TimeSpan.FromSeconds(1);

    private readonly ISocketEnd _end;
    private readonly SocketSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IConnectionWatch? _connection;
    private readonly Action _abort;
    private readonly SocketSender _sender;
    private readonly SocketReceiver _receiver;
    private readonly CancellationTokenSource _stop = new();
    private long _pingAt;
    private long _probedAt;
    private long _inputOverAt;
    private bool _isReset;
    private volatile bool _hasWatched;
    private volatile bool _closesByItself;

    /// <summary>Couples; <see cref="RunAsync"/> starts.</summary>
    /// <param name="stream">Frames in both directions. The caller disposes of it after <see cref="RunAsync"/>, which ends it
    /// gracefully.</param>
    /// <param name="end">The end; this socket is its only user.</param>
    /// <param name="settings">Limits and role.</param>
    /// <param name="clock">For all limits.</param>
    /// <param name="logger">For what ends a socket against its will.</param>
    /// <param name="connection">Tells of the connection's end while nothing is read from it; null: nobody does.</param>
    /// <param name="abort">Resets the connection under the stream.</param>
    public EdgeSocket(
        Stream stream,
        ISocketEnd end,
        SocketSettings settings,
        TimeProvider clock,
        ILogger logger,
        IConnectionWatch? connection,
        Action abort)
    {
        _end = end;
        _settings = settings;
        _clock = clock;
        _logger = logger;
        _connection = connection;
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

    /// <summary>The client ended it: not the edge, and not the other end.</summary>
    public bool IsEndedByClient { get; private set; }

    /// <summary>Runs until the connection has nothing more to do. Does not throw for anything that a client can cause.</summary>
    public async Task<SocketOutcome> RunAsync()
    {
        _end.Listen(_sender.Signal);
        var sending = _sender.RunAsync();
        var receiving = _receiver.RunAsync(_stop.Token);
        _connection?.Watch(Look);
        try
        {
            await Task.WhenAny(sending, receiving);
            IsEndedByClient = !_closesByItself && !Volatile.Read(ref _isReset)
                && (receiving.IsCompleted || await sending is not (SendResult.Closed or SendResult.PeerGone));
            var outcome = await (
                receiving.IsCompleted ? AfterReceivingAsync(await receiving, sending) : AfterSendingAsync(await sending, receiving));
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
        _receiver.Bound();
        _sender.CloseWith(code, reason);
        DiscardIfStuck();
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

    /// <summary>Looks at the limits of time.</summary>
    public void Tick()
    {
        if (Exceeds(_sender.StalledFor, _settings.SendTimeout))
        {
            Reset($"the client has not read for {nameof(EdgeOptions.SendTimeout)} ({_settings.SendTimeout})");
            return;
        }

        if (_receiver.IsPaused || _hasWatched || Volatile.Read(ref _inputOverAt) != 0)
        {
            Look();
        }

        DiscardIfStuck();
        var (sent, received, inputOver) = (_sender.ClosedAt, _receiver.ClosedAt, Volatile.Read(ref _inputOverAt));
        if (inputOver != 0)
        {
            if (!_end.IsHeard && _clock.GetElapsedTime(inputOver) >= MostForAnswers)
            {
                StopWaitingForAnswers();
            }
        }
        else if (sent == 0 && received == 0)
        {
            KeepAlive();
        }
        else if ((sent == 0 || received == 0) && Exceeds(_clock.GetElapsedTime(Math.Max(sent, received)), _settings.CloseTimeout))
        {
            Reset($"{Missing(sent)} for {nameof(EdgeOptions.CloseTimeout)} ({_settings.CloseTimeout})");
        }
    }

    private static bool Exceeds(TimeSpan time, TimeSpan limit) => limit > TimeSpan.Zero && time >= limit;

    private string Missing(long sent) => sent == 0 ? "the peer has not answered the client's Close"
        : _receiver.IsPaused ? "the peer, which has closed, has had no room for what the client sent before its answer"
        : "the client has not answered the Close";

    // What the peer answers to the client's last messages still goes out, as on Workers; but one that does not listen holds up no end.
    private void StopWaitingForAnswers()
    {
        if (_receiver.Violation is not { } violation)
        {
            _sender.Stop();
        }
        else if (_sender.ClosedAt == 0)
        {
            _sender.CloseWith(violation.Code, violation.Text);
        }
    }

    // Called by the connection too, at any time: a socket that is not read must not miss its end.
    private void Look()
    {
        if (_connection is { IsLost: true })
        {
            _stop.Cancel();
            _sender.Stop();
        }
        else if (_connection is { HasEnded: true })
        {
            _end.TakeAll();
        }
    }

    // The client's answer may be behind messages that nobody takes.
    private void DiscardIfStuck()
    {
        if (_closesByItself && _receiver.PausedFor >= MostForRoom)
        {
            _end.Discard();
        }
    }

    private void KeepAlive()
    {
        var silent = _receiver.SilentFor;
        if (_settings.KeepAliveInterval <= TimeSpan.Zero || silent < _settings.KeepAliveInterval)
        {
            (_pingAt, _probedAt) = (0, 0);
        }
        else if (_receiver.IsPaused)
        {
            // The answer would not be read, so nobody waits for it. But a client that is gone for good answers with a reset, and that is
            // seen. Where an end of the connection shows by itself, no Ping is needed.
            _pingAt = 0;
            if (_connection is { HidesEnd: false })
            {
                return;
            }

            if (_probedAt == 0 || _clock.GetElapsedTime(_probedAt) >= _settings.KeepAliveInterval)
            {
                _probedAt = _clock.GetTimestamp();
                _sender.Ping();
            }
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
                Volatile.Write(ref _inputOverAt, _clock.GetTimestamp());
                _sender.CloseBehindPeer(violation);
                _end.Abort(violation);
                await sending;
                _end.Abort(null);
                await _receiver.DrainAsync(Quiet, MostAfterViolation);
                return SocketOutcome.Violation;
            case ReceiveResult.Dropped when _receiver.HasEnded:
                return await AfterFinAsync(sending);
            default:
                return Drop(received);
        }
    }

    // The client reads on: what the peer says to its last messages goes out before TCP ends.
    private async Task<SocketOutcome> AfterFinAsync(Task<SendResult> sending)
    {
        _end.Note("the client ended TCP without a Close");
        if (_end.EndInput())
        {
            Volatile.Write(ref _inputOverAt, _clock.GetTimestamp());
            await sending;
        }

        _end.Abort(null);
        return SocketOutcome.Dropped;
    }

    private async Task<SocketOutcome> AfterClientsCloseAsync(Task<SendResult> sending)
    {
        var watching = _receiver.WatchAsync(_stop.Token);
        if (await Task.WhenAny(sending, watching) == watching && !await watching)
        {
            return Drop(ReceiveResult.Dropped);
        }

        // After the client's FIN, too: the peer may take its time to answer.
        _hasWatched = watching.IsCompleted;
        var sent = await sending;
        _stop.Cancel();
        await watching;
        switch (sent)
        {
            case SendResult.Closed:
                return SocketOutcome.Closed;
            case SendResult.PeerGone:
                _end.Abort(null);
                return SocketOutcome.PeerGone;
            default:
                return Drop(ReceiveResult.Dropped);
        }
    }

    private async Task<SocketOutcome> AfterSendingAsync(SendResult sent, Task<ReceiveResult> receiving)
    {
        if (sent == SendResult.PeerGone || (sent == SendResult.Closed && !await AnswersAsync(receiving)))
        {
            _end.Abort(null);
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
                _end.Abort(_receiver.Violation);
                return SocketOutcome.Violation;
            case var other:
                return Drop(other);
        }
    }

    // The Close is written. Whom the edge itself closes has CloseTimeout for the answer. Else a peer that is gone hears none: its
    // listener failed, or it was cut off. But ending TCP before the answer would make a reset of it, behind the Close that says why.
    private async Task<bool> AnswersAsync(Task<ReceiveResult> receiving)
    {
        if (!_closesByItself && await Task.WhenAny(receiving, _end.PeerGone) != receiving)
        {
            // This waits for the network, so also under a test's clock it is the system's time that counts.
            await Task.WhenAny(receiving, Task.Delay(MostForUnheardAnswer, TimeProvider.System));
            return receiving.IsCompleted;
        }

        return true;
    }

    private SocketOutcome Drop(ReceiveResult received)
    {
        if (received == ReceiveResult.Endless)
        {
            Reset("the edge has closed, and the client goes on sending");
        }
        else if (!Volatile.Read(ref _isReset))
        {
            _end.Note(_receiver.HasEnded ? "the client ended TCP without a Close" : "the client's connection was lost");
        }

        _end.Abort(null);
        return SocketOutcome.Dropped;
    }
}
