using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansSockets.Custody;
using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Links;
using OrleansSockets.Pairs;
using OrleansSockets.Rules;

namespace OrleansSockets.Hibernation;

/// <summary>The sessions that sleep and have sockets on this silo.</summary>
internal sealed partial class ParkedSessions(
    PairHub hub, PairGrainCalls calls, HibernationServiceClient services, SiloPaths paths, ISiloStatusOracle membership,
    IGrainFactory grains, TimeProvider pace, ILogger<ParkedSessions> logger)
    : ISiloStatusListener
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<GrainId, ParkedSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, (SiloAddress To, ParkedTransfer? Transfer)> _handedOver = new();

    public int Count => _sessions.Count;

    /// <summary>The sockets that are parked here.</summary>
    public int SocketCount => _sessions.Values.Sum(session => session.Count);

    /// <summary>That session sleeps, and has sockets here.</summary>
    public bool Has(GrainId session) => _sessions.ContainsKey(session);

    /// <summary>An end of a session that falls asleep is parked here from now on.</summary>
    /// <param name="session">Which.</param>
    /// <param name="settings">What it has set.</param>
    /// <param name="hasFailed">It could not become active: the next try has time.</param>
    /// <param name="dispatcher">Gives the end up.</param>
    /// <param name="end">The end.</param>
    /// <param name="socket">What is kept with it.</param>
    public void Park(
        GrainId session, SessionSettings settings, bool hasFailed, EndDispatcher dispatcher, End end, ParkedSocket socket)
    {
        while (!_sessions.GetOrAdd(session, grain => New(grain, settings, hasFailed)).TryAdd(dispatcher, end, socket))
        {
            // It was taken in between, and is not listed any more.
        }
    }

    /// <summary>The parked ends of a session that wakes here, wherever they are, in the order in which they were accepted.</summary>
    /// <param name="session">Which.</param>
    /// <param name="from">The only silo that may have some; null: any.</param>
    public async Task<(SessionSettings Settings, List<(End End, ParkedSocket Socket)> Sockets, List<SiloAddress> Silent)> TakeAsync(
        GrainId session, SiloAddress? from = null)
    {
        var settings = SessionSettings.None;
        List<(End End, ParkedSocket Socket)> sockets = [];
        if (_sessions.TryRemove(session, out var here))
        {
            settings = here.Settings;
            sockets.AddRange(here.Take().Select(parked => (parked.End, parked.Socket)));
        }

        var number = Guid.NewGuid();
        List<SiloAddress> silent = [];
        var others = membership.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Where(other => !other.Equals(hub.Silo) && (from is null || other.Equals(from)));
        foreach (var (transfer, silentOne) in await Task.WhenAll(others.Select(other => AskAsync(session, number, other))))
        {
            if (transfer is null)
            {
                if (silentOne is not null)
                {
                    silent.Add(silentOne);
                }

                continue;
            }

            settings = settings == SessionSettings.None ? transfer.Settings : settings;
            sockets.AddRange(transfer.Sockets.Select(socket => (Import(socket), socket)));
        }

        sockets.Sort(static (left, right) => left.Socket.Number.CompareTo(right.Socket.Number));
        return (settings, sockets, silent);
    }

    /// <inheritdoc cref="IHibernationService.TakeAsync"/>
    public ParkedTransfer? HandOver(GrainId session, Guid number, SiloAddress to)
    {
        if (_handedOver.TryGetValue(number, out var known))
        {
            return known.Transfer;
        }

        if (!_sessions.TryRemove(session, out var parked))
        {
            return null;
        }

        var transfer = new ParkedTransfer(parked.Settings, [.. parked.Take().Select(end => end.HandOver()).OfType<ParkedSocket>()]);
        _handedOver[number] = (to, transfer);
        return transfer;
    }

    /// <inheritdoc cref="IHibernationService.TakenAsync"/>
    public void Forget(Guid number) => _handedOver.TryRemove(number, out _);

    /// <summary>What was on its way to a silo that is dead is lost with it.</summary>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status != SiloStatus.Dead)
        {
            return;
        }

        foreach (var (number, (to, transfer)) in _handedOver)
        {
            if (to.Equals(updatedSilo) && _handedOver.TryRemove(number, out _))
            {
                foreach (var socket in transfer!.Sockets)
                {
                    _ = calls.WithdrawAsync(socket.End!.Pair, (Side)socket.End.Side, socket.End.Secret);
                }
            }
        }
    }

    private async Task<(ParkedTransfer? Transfer, SiloAddress? Silent)> AskAsync(GrainId session, Guid number, SiloAddress other)
    {
        var limit = hub.Host.Options.WakeTimeout;
        var began = pace.GetTimestamp();
        while (!membership.IsDeadSilo(other) && !paths.IsDown(other) && pace.GetElapsedTime(began) < limit)
        {
            try
            {
                var transfer = await services.On(other).TakeAsync(session, number, hub.Silo).WaitAsync(limit, pace);
                if (transfer is not null)
                {
                    _ = ConfirmAsync(other, number);
                }

                return (transfer, null);
            }
            catch (Exception e) when (CallFaults.MeansUnreached(e))
            {
                LogSilent(logger, e, other, session);
                await Task.Delay(RetryDelay, pace);
            }
            catch (TypeLoadException)
            {
                // A node from before sessions slept has none that does.
                return (null, null);
            }
        }

        return (null, membership.IsDeadSilo(other) ? null : other);
    }

    private ParkedSession New(GrainId session, SessionSettings settings, bool hasFailed) =>
        new(session, settings, hasFailed, hub.Silo, grains, hub.Host, pace, logger);

    private async Task ConfirmAsync(SiloAddress other, Guid number)
    {
        while (!membership.IsDeadSilo(other))
        {
            try
            {
                await services.On(other).TakenAsync(number);
                return;
            }
            catch (Exception e) when (CallFaults.MeansUnreached(e))
            {
                await Task.Delay(RetryDelay, pace);
            }
        }
    }

    private End Import(ParkedSocket socket)
    {
        var transfer = socket.End!;
        using (hub.Enter(transfer.Pair, out var pair))
        {
            var settings = new EndSettings(
                transfer.Deployment, transfer.Revision, EndRules.Unpack(transfer.Rules), transfer.MaxMessageSize, transfer.BinaryType);
            var end = pair.AddEnd((Side)transfer.Side, settings);
            end.Import(transfer);
            return end;
        }
    }

    [LoggerMessage(502, LogLevel.Information, "Silo {Silo} does not say whether sockets of session {Session} are parked there")]
    private static partial void LogSilent(ILogger logger, Exception exception, SiloAddress silo, GrainId session);
}
