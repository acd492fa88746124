using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.Diagnostics;
using OrleansSockets.Pairs;

namespace OrleansSockets.AspNetCore.Sockets;

/// <summary>All open sockets of this edge: their number, their clock (one timer for all), and their end at shutdown.</summary>
internal sealed class SocketRegistry : IDisposable
{
    // A quarter of the shortest limit, but no slower and no faster than these: how exactly a limit is kept is not worth an option.
    private static readonly TimeSpan SlowestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FastestTick = TimeSpan.FromMilliseconds(10);

    /// <summary>Few sockets need not be spread over the whole drain period, and a hundred clients a second are no load.</summary>
    private static readonly TimeSpan WidestSpacing = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<EdgeSocket, bool> _sockets = new();
    private readonly ConcurrentDictionary<Task, bool> _behind = new();
    private readonly EdgeOptions _options;
    private readonly TimeProvider _pace;
    private readonly SocketMetrics _metrics;
    private readonly ILogger<SocketRegistry> _logger;
    private readonly GuardedTimers _timers;
    private readonly ITimer _timer;
    private volatile TaskCompletionSource? _empty;
    private int _count;

    /// <param name="options">Limits.</param>
    /// <param name="hub">Its clock is the one of all limits of sockets; a test may hold it still.</param>
    /// <param name="pace">The clock of the shutdown, which goes on all the same.</param>
    /// <param name="metrics">Counts sockets.</param>
    /// <param name="logger">For the shutdown.</param>
    public SocketRegistry(
        IOptions<EdgeOptions> options, PairHub hub, TimeProvider pace, SocketMetrics metrics, ILogger<SocketRegistry> logger)
    {
        _metrics = metrics;
        metrics.Observe(() => Count);
        _options = options.Value;
        _pace = pace;
        _logger = logger;
        var tick = TickOf(_options);
        _timers = hub.Host.Timers;
        _timer = _timers.Create(hub.Host.Clock, "the tick of all sockets", Tick, tick, tick);
    }

    /// <summary>Sockets open or about to be.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>New sockets are refused, open ones are being closed.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Takes a place for a socket. False: none is free, or the edge shuts down.</summary>
    public bool TryEnter()
    {
        if (IsDraining)
        {
            return false;
        }

        if (Interlocked.Increment(ref _count) <= _options.MaxSockets)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _empty?.TrySetResult();
        }
    }

    /// <summary>
    /// Runs what has to be done when a socket has ended, for which neither its client nor its request waits. A shutdown does, for a moment.
    /// </summary>
    /// <param name="work">Has a limit of its own, and does not throw.</param>
    public void RunBehind(Func<Task> work)
    {
        var task = work();
        if (!task.IsCompleted)
        {
            _behind.TryAdd(task, true);
            _ = task.ContinueWith(done => _behind.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    public async Task RunAsync(EdgeSocket socket)
    {
        _sockets.TryAdd(socket, true);
        if (IsDraining)
        {
            // Its handshake was under way when the others were closed.
            CloseForShutdown(socket);
        }

        try
        {
            _metrics.Ended(await socket.RunAsync());
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    /// <summary>Closes all sockets, spread over time and in random order, and resets what is still open at the end.</summary>
    public async Task DrainAsync(CancellationToken hurry)
    {
        IsDraining = true;
        var empty = _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Count > 0)
        {
            await DrainSocketsAsync(empty.Task, hurry);
        }

        try
        {
            // What runs behind sockets tells other nodes of clients that have left, and one of them may be gone itself.
            await Task.WhenAll(_behind.Keys).WaitAsync(_options.DrainTimeout / 10, _pace, hurry);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The others find out by themselves.
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task DrainSocketsAsync(Task empty, CancellationToken hurry)
    {
        EdgeLog.Draining(_logger, Count);
        using var deadline = new CancellationTokenSource(_options.DrainTimeout, _pace);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, hurry);
        try
        {
            await Task.Delay(_options.DrainDelay, _pace, either.Token);
            await CloseAllAsync(either.Token);
            if (Count > 0)
            {
                await empty.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The rest is reset.
        }

        var left = _sockets.Keys.ToArray();
        foreach (var socket in left)
        {
            socket.Reset($"the edge shuts down and {nameof(EdgeOptions.DrainTimeout)} ({_options.DrainTimeout}) is over");
        }

        EdgeLog.Drained(_logger, left.Length);
    }

    private static TimeSpan TickOf(EdgeOptions options)
    {
        TimeSpan[] limits = [options.SendTimeout, options.KeepAliveInterval, options.KeepAliveTimeout, options.CloseTimeout];
        var shortest = limits.Where(limit => limit > TimeSpan.Zero).DefaultIfEmpty(SlowestTick).Min() / 4;
        return shortest > SlowestTick ? SlowestTick : shortest < FastestTick ? FastestTick : shortest;
    }

    private async Task CloseAllAsync(CancellationToken stop)
    {
        var sockets = _sockets.Keys.ToArray();
        Random.Shared.Shuffle(sockets);
        var spacing = _options.DrainPeriod / Math.Max(1, sockets.Length);
        spacing = spacing < WidestSpacing ? spacing : WidestSpacing;
        var began = _pace.GetTimestamp();
        for (var i = 0; i < sockets.Length; i++)
        {
            var due = spacing * (i + Random.Shared.NextDouble());
            var wait = due - _pace.GetElapsedTime(began);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, _pace, stop);
            }

            CloseForShutdown(sockets[i]);
        }
    }

    private void CloseForShutdown(EdgeSocket socket) => socket.CloseWith(_options.DrainCode, "The server shuts down.");

    private void Tick()
    {
        foreach (var (socket, _) in _sockets)
        {
            try
            {
                socket.Tick();
            }
            catch (Exception e)
            {
                // One socket's trouble must not cost the others their limits of time.
                _timers.Failed("the tick of a socket", e);
            }
        }
    }
}
