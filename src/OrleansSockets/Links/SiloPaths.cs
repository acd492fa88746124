using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.Diagnostics;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>The ways from this silo to all others: which are down, and which third silo helps.</summary>
internal sealed partial class SiloPaths(
    ILocalSiloDetails silo,
    ISiloStatusOracle membership,
    SiloConnections connections,
    IServiceProvider services,
    IOptions<OrleansSocketsOptions> options,
    TimeProvider clock,
    GuardedTimers timers,
    ILogger<SiloPaths> logger)
    : IPathProbe, ILifecycleParticipant<ISiloLifecycle>
{
    private const int TicksInTimeout = 10;

    private readonly ConcurrentDictionary<SiloAddress, SiloPath> _paths = new();
    private readonly TimeSpan _timeout = options.Value.LinkTimeout;
    private readonly TimeSpan _lossLimit = options.Value.ReattachTimeout;
    private LinkServiceClient? _client;
    private ITimer? _timer;
    private long _ticked = clock.GetTimestamp();
    private TaskCompletionSource _detourFound = NewSignal();

    /// <summary>Set once by the hub: a silo that is not reached in any way.</summary>
    public Action<SiloAddress, TimeSpan> Lost { get; set; } = (_, _) => { };

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The links that are down.</summary>
    public IReadOnlyList<LinkOutage> Outages => [.. _paths.Values.Select(path => path.Outage).OfType<LinkOutage>()];

    /// <summary>Ends when a detour is found that was not known before: what waits for an answer may go there.</summary>
    public Task DetourFound => Volatile.Read(ref _detourFound).Task;

    /// <summary>The service of this silo; set once, by it.</summary>
    public ILinkService? Own { get; set; }

    /// <summary>The service of a silo. This silo's own is called without Orleans.</summary>
    public ILinkService Service(SiloAddress to) =>
        Own is { } own && to.Equals(silo.SiloAddress) ? own : (_client ??= new LinkServiceClient(services)).On(to);

    /// <summary>That silo does not answer.</summary>
    public bool IsDown(SiloAddress to) => _paths.GetValueOrDefault(to)?.DownSince is not null;

    public Task DeliverAsync(SiloAddress to, LinkBatch batch) => Path(to).DeliverAsync(batch);

    /// <summary>The silo that makes calls for this one; null: none is needed or known.</summary>
    /// <param name="target">The silo that is called; null: it is not known, and may be any.</param>
    public SiloAddress? Detour(SiloAddress? target)
    {
        if (target is not null)
        {
            return _paths.GetValueOrDefault(target)?.Through;
        }

        foreach (var path in _paths.Values)
        {
            if (path.Through is { } through)
            {
                return through;
            }
        }

        return null;
    }

    /// <summary>A silo that answers, to make a call whose own answer does not come.</summary>
    public SiloAddress? AnyOther(SiloAddress? target) => Candidates(target ?? silo.SiloAddress) is [var first, ..] ? first : null;

    public async Task<bool> ReachesAsync(SiloAddress to)
    {
        if (Path(to).DownSince is not null)
        {
            return false;
        }

        await PingAsync(to).WithinAsync(_timeout, clock).ConfigureAwait(false);
        return true;
    }

    public async Task<bool> ForwardAsync(SiloAddress to, LinkBatch batch)
    {
        if (Path(to).DownSince is not null)
        {
            return false;
        }

        await Service(to).ReceiveAsync(batch).WithinAsync(_timeout, clock).ConfigureAwait(false);
        return true;
    }

    /// <summary>That silo is dead.</summary>
    public void Remove(SiloAddress dead) => _paths.TryRemove(dead, out _);

    void ILifecycleParticipant<ISiloLifecycle>.Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(SiloPaths),
        ServiceLifecycleStage.Active,
        _ =>
        {
            var tick = _timeout / TicksInTimeout;
            _timer = timers.Create(clock, "the look at links", Tick, tick, tick);
            return Task.CompletedTask;
        },
        _ =>
        {
            _timer?.Dispose();
            return Task.CompletedTask;
        });

    bool IPathProbe.HasStoodStill => clock.GetElapsedTime(Volatile.Read(ref _ticked)) >= _timeout / 2;

    Task IPathProbe.PingAsync(SiloAddress to) => PingAsync(to);

    Task<bool> IPathProbe.ReachesAsync(SiloAddress through, SiloAddress to) => Service(through).ReachesAsync(to);

    Task IPathProbe.ReceiveAsync(SiloAddress to, LinkBatch batch) => Service(to).ReceiveAsync(batch);

    Task<bool> IPathProbe.ForwardAsync(SiloAddress through, SiloAddress to, LinkBatch batch) => Service(through).ForwardAsync(to, batch);

    public IReadOnlyList<SiloAddress> Candidates(SiloAddress to) =>
        [.. Active.Where(other => !other.Equals(to) && _paths.GetValueOrDefault(other)?.DownSince is null)];

    void IPathProbe.Reset(SiloAddress to)
    {
        // Nobody there has answered for the whole time; a connection over which something else came of late is not to blame.
        var ended = connections.Reset(to, _timeout / 2);
        if (ended > 0)
        {
            LogReset(logger, ended, to);
        }
    }

    void IPathProbe.WentDown(SiloPath path) => LogDown(logger, path.To, _timeout);

    void IPathProbe.FoundDetour(SiloPath path, SiloAddress through, bool again)
    {
        if (!again)
        {
            LogDetour(logger, path.To, through);
        }

        Interlocked.Exchange(ref _detourFound, NewSignal()).TrySetResult();
    }

    void IPathProbe.WasLost(SiloPath path)
    {
        LogLost(logger, path.To, _lossLimit);
        _ = Task.Run(() => Lost(path.To, _lossLimit));
    }

    void IPathProbe.CameUp(SiloPath path, TimeSpan outage) => LogUp(logger, path.To, outage);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IEnumerable<SiloAddress> Active =>
        membership.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(other => !other.Equals(silo.SiloAddress));

    private Task PingAsync(SiloAddress to) => Service(to).PingAsync();

    private SiloPath Path(SiloAddress to) =>
        _paths.GetOrAdd(to, key => new SiloPath(key, this, _timeout, _lossLimit, clock));

    private void Tick()
    {
        Volatile.Write(ref _ticked, clock.GetTimestamp());
        foreach (var dead in _paths.Keys.Where(membership.IsDeadSilo))
        {
            Remove(dead);
        }

        // A silo that starts or stops has no duty to answer.
        foreach (var active in Active)
        {
            Path(active).TickAsync().Ignore();
        }
    }

    [LoggerMessage(203, LogLevel.Warning,
        "The link to silo {Silo} is down: no call was answered for {Timeout}. Its connections are opened anew")]
    private static partial void LogDown(ILogger logger, SiloAddress silo, TimeSpan timeout);

    [LoggerMessage(204, LogLevel.Warning, "What is for silo {Silo} goes through {Through} while their link is down")]
    private static partial void LogDetour(ILogger logger, SiloAddress silo, SiloAddress through);

    [LoggerMessage(205, LogLevel.Warning,
        "Silo {Silo} was reached neither directly nor through another one for {Limit}: the pairs across that link end")]
    private static partial void LogLost(ILogger logger, SiloAddress silo, TimeSpan limit);

    [LoggerMessage(206, LogLevel.Information, "The link to silo {Silo} is up again after {Outage}")]
    private static partial void LogUp(ILogger logger, SiloAddress silo, TimeSpan outage);

    [LoggerMessage(207, LogLevel.Debug, "Ended {Count} connections with silo {Silo}")]
    private static partial void LogReset(ILogger logger, int count, SiloAddress silo);
}
