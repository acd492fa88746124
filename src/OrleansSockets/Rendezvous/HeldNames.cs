using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSockets.Diagnostics;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Rendezvous;

/// <summary>
/// The names that clients of this silo hold. The sockets are the truth: each change of the cluster is answered with all that is held here,
/// one message to each other silo, so that a name outlives every silo but those of its sockets. A leave is repeated until the name's home
/// has heard it.
/// </summary>
internal sealed partial class HeldNames : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>A pace, not a limit: it goes on until it is heard, and few silos are told.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A second look at what has gone right nearly always: one message to each home of somebody who waits. A client that waits for nobody
    /// finds out so much later, at most.
    /// </summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(5);

    private readonly PairHub _hub;
    private readonly SiloDetour _detour;
    private readonly IClusterMembershipService _membership;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _pace;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HeldName> _held = [];
    private readonly LeaveOutbox _leaves;
    private ClusterView _view = new(long.MinValue, [], []);
    private ITimer? _renewals;

    public HeldNames(
        PairHub hub, SiloDetour detour, IClusterMembershipService membership, IServiceProvider services, TimeProvider pace,
        ILogger<HeldNames> logger)
    {
        _hub = hub;
        _detour = detour;
        _membership = membership;
        _services = services;
        _pace = pace;
        _logger = logger;
        _stopped = _stop.Token;
        _leaves = new LeaveOutbox(TellAsync, pace, _stopped);
        Table = new NameTable(hub.Silo, hub.Host.Options.PairNameCooldown, hub.Host.Clock, pace);
    }

    /// <summary>The names whose home is this silo.</summary>
    public NameTable Table { get; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(HeldNames), ServiceLifecycleStage.RuntimeGrainServices, Start, Stop);

        // While the silo is still one of the homes, and can be heard.
        lifecycle.Subscribe(nameof(HeldNames), ServiceLifecycleStage.Active, _ => Task.CompletedTask, SayFarewellAsync);
    }

    /// <summary>Takes a side of a name for a client of this silo.</summary>
    /// <returns>The hold, or why there is none.</returns>
    /// <exception cref="OperationCanceledException">The time was up.</exception>
    public async Task<(NameOutcome Outcome, HeldName? Held, TimeSpan FreeIn)> JoinAsync(
        string name, Side side, CancellationToken cancellation)
    {
        var secret = Guid.NewGuid();
        while (true)
        {
            ClusterView view;
            lock (_gate)
            {
                view = _view;
            }

            var join = new NameJoin(name, (int)side, _hub.Silo, secret, view.Version);
            if (await AskAsync(join, view.HomeOf(name), cancellation) is not { } reply)
            {
                return (NameOutcome.Unsettled, null, default);
            }

            switch (reply.Outcome)
            {
                case NameOutcome.Moved:
                    await SeeAsync(reply.Version, cancellation);
                    break;
                case NameOutcome.Joined:
                    lock (_gate)
                    {
                        // Else the home may be another one by now, which has not heard of this hold: ask again.
                        if (_view.Version == view.Version)
                        {
                            var held = new HeldName(name, side, secret, reply.Pair, reply.Placement!);
                            _held.Add(secret, held);
                            return (NameOutcome.Joined, held, default);
                        }
                    }

                    break;
                default:
                    return (reply.Outcome, null, reply.FreeIn);
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The client that held it is gone. Does not wait.</summary>
    public void Leave(HeldName held, NameEnding ending) => Tell(new NameLeave(held.Name, (int)held.Side, held.Secret, ending));

    /// <summary>The pair that a name stands for.</summary>
    public async Task<PairId?> FindAsync(string name) =>
        _view.HomeOf(name) is { } home
            ? await _services.GetRequiredService<RendezvousServiceClient>().On(home).FindAsync(name).ConfigureAwait(false)
            : null;

    /// <summary>Answers another silo, or this one.</summary>
    public async Task<NameReply> AnswerAsync(NameJoin join)
    {
        if (join.Version > Table.Version)
        {
            await SeeAsync(join.Version, _stopped);
        }

        return await Table.JoinAsync(join, _stopped);
    }

    private async Task<NameReply?> AskAsync(NameJoin join, SiloAddress? home, CancellationToken cancellation)
    {
        try
        {
            // Without a home the silo is not active yet: its own table waits for that.
            return home is null || home.Equals(_hub.Silo)
                ? await AnswerAsync(join).WaitAsync(cancellation).ConfigureAwait(false)
                : await _detour.CallAsync(new NameJoinCall(home, join)).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // It may have been heard all the same.
            Tell(new NameLeave(join.Name, join.Side, join.Secret, NameEnding.Unmet));
            if (cancellation.IsCancellationRequested || !CallFaults.MeansUnreached(e))
            {
                throw;
            }

            LogHomeSilent(_logger, e, home);
            return null;
        }
    }

    public void Dispose()
    {
        _renewals?.Dispose();
        _stop.Dispose();
    }

    private Task Start(CancellationToken cancellation)
    {
        _ = Task.Run(WatchAsync, CancellationToken.None);
        _renewals = _hub.Host.Timers.Create(_pace, "the renewal of names", Renew, RenewalInterval, RenewalInterval);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        _renewals?.Dispose();
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var snapshot in _membership.MembershipUpdates.WithCancellation(_stopped).ConfigureAwait(false))
            {
                SetView(ClusterView.Of(snapshot));
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void SetView(ClusterView view)
    {
        Table.SetView(view);
        lock (_gate)
        {
            if (view.Version <= _view.Version)
            {
                return;
            }

            _view = view;
        }

        _leaves.SetView(view);

        foreach (var home in view.Homes)
        {
            _ = Task.Run(() => AnnounceAllAsync(home, view));
        }
    }

    // Until it is heard, or the cluster has changed again.
    private async Task AnnounceAllAsync(SiloAddress home, ClusterView view)
    {
        while (!_stopped.IsCancellationRequested && _view == view)
        {
            if (await AnnounceAsync(home, view.Version, Collect(view, home, _ => true), isComplete: true).ConfigureAwait(false))
            {
                return;
            }

            await Task.Delay(RetryDelay, _pace, _stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Looks after those that wait: something may have gone wrong that nobody has noticed.
    private void Renew()
    {
        Table.Sweep();
        var view = _view;
        foreach (var home in view.Homes)
        {
            if (Collect(view, home, hold => hold.Waits) is { Length: > 0 } waiting)
            {
                _ = Task.Run(() => AnnounceAsync(home, view.Version, waiting, isComplete: false));
            }
        }
    }

    private NameHold[] Collect(ClusterView view, SiloAddress home, Func<NameHold, bool> which)
    {
        HeldName[] held;
        lock (_gate)
        {
            held = [.. _held.Values.Where(hold => home.Equals(view.HomeOf(hold.Name)))];
        }

        return [.. held.Select(hold => hold.Describe()).Where(which)];
    }

    private async Task<bool> AnnounceAsync(SiloAddress home, long version, NameHold[] holds, bool isComplete)
    {
        try
        {
            var announcement = new NameAnnouncement(_hub.Silo, version, isComplete, holds);
            var answer = home.Equals(_hub.Silo)
                ? Table.Announce(announcement)
                : await _detour.CallAsync(new NameAnnounceCall(home, announcement)).ConfigureAwait(false);
            foreach (var secret in answer.Stray)
            {
                Find(secret)?.Stray();
            }

            return true;
        }
        catch (Exception e) when (CallFaults.MeansUnreached(e))
        {
            LogHomeSilent(_logger, e, home);
            return false;
        }
    }

    private HeldName? Find(Guid secret)
    {
        lock (_gate)
        {
            return _held.GetValueOrDefault(secret);
        }
    }

    private void Tell(NameLeave leave)
    {
        lock (_gate)
        {
            _held.Remove(leave.Secret);
        }

        _leaves.Add(leave);
    }

    private async Task<bool> TellAsync(SiloAddress home, NameLeave[] due)
    {
        try
        {
            if (home.Equals(_hub.Silo))
            {
                Table.Leave(due);
            }
            else
            {
                await _detour.CallAsync(new NameLeaveCall(home, due)).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (CallFaults.MeansUnreached(e))
        {
            LogHomeSilent(_logger, e, home);
            return false;
        }
    }

    // Its sockets are closed by now: nobody has to wait until the silo is dead. Those that do not answer notice by themselves: they are
    // not waited for until their links count as down.
    private async Task SayFarewellAsync(CancellationToken cancellation)
    {
        var said = _view.Homes.Where(home => !home.Equals(_hub.Silo))
            .Select(home => AnnounceAsync(home, NameTable.Farewell, [], isComplete: true));
        await Task.WhenAll(said.Append(_leaves.Sent)).WaitAsync(_hub.Host.Options.LinkTimeout / 2, _pace, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Ends when this silo sees the cluster at that version or later.
    private async Task SeeAsync(long version, CancellationToken cancellation)
    {
        await _membership.Refresh(new MembershipVersion(version), cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
        SetView(ClusterView.Of(_membership.CurrentSnapshot));
    }

    [LoggerMessage(120, LogLevel.Information, "The silo {Silo} that keeps some names did not answer; what it has to hear is said again")]
    private static partial void LogHomeSilent(ILogger logger, Exception exception, SiloAddress? silo);
}
