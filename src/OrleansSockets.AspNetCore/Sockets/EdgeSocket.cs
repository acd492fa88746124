using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OrleansSockets.AspNetCore.Connections;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>
/// One open socket and the end it is coupled to. It decides no close: it translates frames to what the end hears and writes what the end
/// has. Two loops run, one for each direction; whichever ends first decides how the other one ends (<see cref="SocketEnding"/>).
/// <see cref="Tick"/> and <see cref="CloseWith"/> may be called by anyone at any time.
/// </summary>
[SuppressMessage("Reliability", "CA1001",
    Justification = "The token source has no timer and nothing to dispose of, and Reset may come at any time.")]
internal sealed class EdgeSocket
{
    private readonly ISocketEnd _end;
    private readonly SocketSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IConnectionWatch? _connection;
    private readonly Action _abort;
    private readonly SocketSender _sender;
    private readonly SocketReceiver _receiver;
    private readonly CancellationTokenSource _stop = new();
    private KeepAlive _keepAlive;
    private SocketEnding? _ending;
    private bool _isReset;
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

    /// <summary>The connection was reset, by whatever limit.</summary>
    public bool IsReset => Volatile.Read(ref _isReset);

    /// <summary>The edge closes from its own side.</summary>
    public bool ClosesByItself => _closesByItself;

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
            IsEndedByClient = !_closesByItself && !IsReset
                && (receiving.IsCompleted || await sending is not (SendResult.Closed or SendResult.PeerGone));
            var ending = new SocketEnding(this, _end, _sender, _receiver, _stop, _clock, _logger);
            Volatile.Write(ref _ending, ending);
            var outcome = await (receiving.IsCompleted
                ? ending.AfterReceivingAsync(await receiving, sending)
                : ending.AfterSendingAsync(await sending, receiving));
            return IsReset ? SocketOutcome.Reset : outcome;
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

        var ending = Volatile.Read(ref _ending);
        if (_receiver.IsPaused || ending is { HasWatched: true } or { InputOverAt: not 0 })
        {
            Look();
        }

        DiscardIfStuck();
        var (sent, received) = (_sender.ClosedAt, _receiver.ClosedAt);
        if (ending?.InputOverAt is { } inputOver and not 0)
        {
            if (!_end.IsHeard && Exceeds(_clock.GetElapsedTime(inputOver), _settings.AnswerTimeout))
            {
                StopWaitingForAnswers();
            }
        }
        else if (sent == 0 && received == 0)
        {
            if (_keepAlive.IsOver(_receiver, _sender, _connection, _settings, _clock))
            {
                Reset($"the client has not answered a Ping for {nameof(EdgeOptions.KeepAliveTimeout)} ({_settings.KeepAliveTimeout})");
            }
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
        if (_closesByItself && _receiver.PausedFor >= _settings.RoomTimeout)
        {
            _end.Discard();
        }
    }
}
