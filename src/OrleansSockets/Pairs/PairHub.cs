using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSockets.Diagnostics;
using OrleansSockets.Links;
using OrleansSockets.Streams;
using OrleansSockets.Timelines;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// The live pairs of one silo: those that have an end or a relay here and are known outside their context. A pair that never leaves its
/// context is not listed and costs nothing here.
/// </summary>
internal sealed class PairHub : ISiloStatusListener, ILinkReceiver, IDisposable
{
    private readonly ConcurrentDictionary<PairId, Pair> _pairs = new();
    private readonly FinishedPairs _finished = new();
    private readonly ISiloStatusOracle _membership;
    private long _workBegun;
    private long _workEnded;

    public PairHub(
        ILocalSiloDetails silo,
        ISiloStatusOracle membership,
        SiloLinks links,
        SiloPaths paths,
        SiloDetour detour,
        IGrainFactory grains,
        IOptions<OrleansSocketsOptions> options,
        TimeProvider pace,
        PairMetrics metrics,
        GuardedTimers timers,
        ILogger<PairHub> logger,
        ILogger<WebSocketContext> contextLogger)
    {
        Silo = silo.SiloAddress;
        Links = links;
        Paths = paths;
        Detour = detour;
        Grains = grains;
        Options = options.Value;
        Clock = Options.TimeProvider;
        Metrics = metrics;
        Timers = timers;
        ContextLogger = contextLogger;
        _membership = membership;
        Attachments = new EndAttachments(this, pace, logger);
        Claims = new EndClaims(this, Attachments, pace, logger);
        Budget = new PairBudget(Options);
        Unfinished = new UnfinishedMessages(this, pace);
        metrics.Observe(
            () => Count, () => Budget.HeldBytes, () => paths.Outages.Select(link => (link.To, paths.Now - link.Since, link.Through)));
        links.Receiver = this;
        paths.Lost = (cut, limit) => LoseSilo(
            cut, $"the link to its node {cut.Endpoint} is down, and no other node reached it for ReattachTimeout ({limit})",
            PairCause.LinkDown);
        membership.SubscribeToSiloStatusEvents(this);
    }

    public SiloAddress Silo { get; }

    public SiloLinks Links { get; }

    public SiloPaths Paths { get; }

    public SiloDetour Detour { get; }

    public IGrainFactory Grains { get; }

    public OrleansSocketsOptions Options { get; }

    /// <summary>Of timeouts; a test may hold it still. Repeats go by another clock, as Orleans does.</summary>
    public TimeProvider Clock { get; }

    public EndClaims Claims { get; }

    public EndAttachments Attachments { get; }

    public PairMetrics Metrics { get; }

    public GuardedTimers Timers { get; }

    /// <summary>For what goes wrong in contexts: an application's listeners, most of all.</summary>
    public ILogger ContextLogger { get; }

    public PairBudget Budget { get; }

    public UnfinishedMessages Unfinished { get; }

    public int Count => _pairs.Count;

    public IEnumerable<Pair> Pairs => _pairs.Values;

    /// <summary>No turn is queued or running, no handler is awaited, no frame waits on this silo.</summary>
    public bool IsIdle => PendingWork == 0 && Links.IsIdle && _pairs.Values.All(IsQuiet);

    /// <summary>Grows with every turn and every piece of work: two equal readings mean that none began in between.</summary>
    public long Activity => Volatile.Read(ref _workBegun);

    // Read in this order, work that begins meanwhile makes the result too large, never 0.
    private long PendingWork => -Volatile.Read(ref _workEnded) + Volatile.Read(ref _workBegun);

    public static bool IsTransient(Exception e) => e is OrleansException or TimeoutException or OperationCanceledException or IOException;

    public void Dispose() => Unfinished.Dispose();

    public bool IsDead(SiloAddress silo) => _membership.IsDeadSilo(silo);

    public void WorkBegan() => Interlocked.Increment(ref _workBegun);

    public void WorkEnded() => Interlocked.Increment(ref _workEnded);

    /// <summary>Starts a timer of one pair, which ends if its callback fails.</summary>
    public ITimer StartTimer(Pair pair, string work, TimeSpan due, Action callback) =>
        Timers.Create(Clock, work, callback, due, Timeout.InfiniteTimeSpan, failed: () => Break(pair, null, $"a fault in {work}"));

    /// <summary>
    /// Takes the lock of the pair that is listed under the id, or of a new one. While it is held, the pair stays listed, and no other one
    /// is.
    /// </summary>
    public Lock.Scope Enter(PairId id, out Pair pair)
    {
        while (true)
        {
            pair = _pairs.GetOrAdd(id, static (key, hub) => new Pair(hub, key), this);
            var scope = pair.Gate.EnterScope();
            if (Find(id) == pair)
            {
                return scope;
            }

            // It was done in between.
            scope.Dispose();
        }
    }

    public Pair? Find(PairId id) => _pairs.GetValueOrDefault(id);

    /// <summary>Called under the pair's lock.</summary>
    public void RemoveIfDone(Pair pair)
    {
        if (pair.IsDone && _pairs.TryRemove(new KeyValuePair<PairId, Pair>(pair.Id, pair)))
        {
            _finished.Add(pair.Id, DescribeLocked(pair));
        }
    }

    /// <summary>Called under the pair's lock.</summary>
    public PairRelay StartRelay(Pair pair, Action finished)
    {
        pair.Timeline.Add(-1, $"pair grain active on {Silo}");
        return pair.Relay = new PairRelay(pair, Guid.NewGuid(), finished);
    }

    /// <summary>Called under the pair's lock.</summary>
    public void StopRelay(Pair pair, PairRelay relay)
    {
        relay.Dispose();
        if (pair.Relay != relay)
        {
            return;
        }

        pair.Relay = null;
        pair.Timeline.Add(-1, $"pair grain left {Silo}");
        if (!relay.IsFinished)
        {
            relay.Leave();
        }

        RemoveIfDone(pair);
    }

    /// <summary>Lists a pair whose end was given away. Called under the pair's lock.</summary>
    public void Register(Pair pair) => _pairs[pair.Id] = pair;

    /// <summary>That end lived here, and was finished.</summary>
    public bool HasFinished(PairId id, int side) => _finished.Contains(id, side);

    /// <summary>The pair's grain is active here.</summary>
    public bool HasRelay(PairId id)
    {
        if (Find(id) is not { } pair)
        {
            return false;
        }

        lock (pair.Gate)
        {
            return pair.Relay is not null;
        }
    }

    /// <summary>What keeps this silo from being idle, in words.</summary>
    public IEnumerable<string> DescribeWork()
    {
        if (PendingWork is > 0 and var turns)
        {
            yield return $"{turns} turns or awaited handlers";
        }

        if (!Links.IsIdle)
        {
            yield return "frames on a link";
        }

        foreach (var pair in _pairs.Values.Where(pair => !IsQuiet(pair)))
        {
            var busy = new[] { pair[0], pair[1] }.OfType<End>().Where(end => !IsQuiet(end)).Select(DescribeWork);
            yield return $"pair {pair.Id}: {string.Join(", ", busy)}";
        }
    }

    /// <summary>What this silo knows of a pair that is here or was here not long ago.</summary>
    public PairHostSnapshot? Describe(PairId id)
    {
        if (Find(id) is not { } pair)
        {
            return _finished.Find(id);
        }

        lock (pair.Gate)
        {
            return DescribeLocked(pair);
        }
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status != SiloStatus.Dead || updatedSilo.Equals(Silo))
        {
            return;
        }

        Links.Remove(updatedSilo);
        LoseSilo(updatedSilo, $"its node {updatedSilo.Endpoint} is lost", PairCause.NodeLost);
    }

    private void LoseSilo(SiloAddress lost, string why, PairCause cause)
    {
        foreach (var pair in _pairs.Values)
        {
            lock (pair.Gate)
            {
                pair.Relay?.SiloLost(lost, why, cause);
                for (var side = 0; side < 2; side++)
                {
                    if (pair[side] is { Route: EndRoute.Attached } end && lost.Equals(end.Owner))
                    {
                        Attachments.OwnerLost(pair, end, lost, why, cause);
                    }
                }
            }
        }
    }

    // Of one silo, or all of it that is here.
    private static void Break(Pair pair, SiloAddress? from, string why)
    {
        lock (pair.Gate)
        {
            pair.Relay?.Break(from, why);
            for (var side = 0; side < 2; side++)
            {
                if (pair[side] is { IsDone: false } end && (from is null || from.Equals(end.Owner)))
                {
                    pair.Break(end, why);
                }
            }
        }
    }

    private PairHostSnapshot DescribeLocked(Pair pair)
    {
        var ends = new[] { pair[0], pair[1] }.OfType<End>()
            .Select(end => new EndSnapshot(
                end.Side, end.State.ReadyState, end.State.Phase.ToString(), end.Settings.Deployment, end.Settings.Revision,
                end.Out.QueuedBytes));
        return new PairHostSnapshot(Silo, [.. ends], pair.Timeline.ToArray(), pair.IsDone);
    }

    private static bool IsQuiet(Pair pair)
    {
        lock (pair.Gate)
        {
            return IsQuiet(pair[0]) && IsQuiet(pair[1]);
        }
    }

    private static string DescribeWork(End end) =>
        $"end {end.Side} ({end.Route}) with {end.In.Waiting} items waiting, {end.In.Taken} in handlers, "
            + $"{end.Out.QueuedBytes} bytes to send";

    private static bool IsQuiet(End? end) =>
        end is null
        || end.IsDone
        || (!end.Out.CanSend && end.Route != EndRoute.Attaching && (end.Consumer is null || (end.In.Waiting == 0 && end.In.Taken == 0)));

    void ILinkReceiver.Break(SiloAddress from, PairId id, string why)
    {
        if (Find(id) is not { } pair)
        {
            return;
        }

        Break(pair, from, why);
    }

    void ILinkReceiver.Lose(SiloAddress silo, string why) => LoseSilo(silo, why, PairCause.LinkDown);

    void ILinkReceiver.Receive(SiloAddress from, in LinkFrame frame)
    {
        if (Find(frame.Pair) is not { } pair)
        {
            if (frame.Kind == LinkFrameKind.Missing)
            {
                Attachments.Answer(frame.Pair, null, frame.Side, frame.Epoch, from);
            }
            else if (frame.ToOwner)
            {
                AnswerStale(from, frame);
            }

            return;
        }

        lock (pair.Gate)
        {
            switch (frame.Kind)
            {
                case LinkFrameKind.Data when !frame.ToOwner:
                    pair.Deliver(1 - frame.Side, frame.Frame);
                    break;
                case LinkFrameKind.Credit when !frame.ToOwner:
                    pair.Credit(1 - frame.Side, frame.View.Consumed, frame.View.Window, frame.View.ReadsNoMore);
                    break;
                case LinkFrameKind.View:
                    pair.ApplyView(frame.Side, frame.Epoch, frame.Owner!, frame.View);
                    break;
                case LinkFrameKind.Leaving:
                    Attachments.OwnerLeaves(pair, frame.Side, frame.Epoch);
                    break;
                case LinkFrameKind.Stale:
                    if (pair[frame.Side] is { } end && from.Equals(end.Owner))
                    {
                        Attachments.Reattach(pair, frame.Side, end.Epoch);
                    }

                    break;
                case LinkFrameKind.Epoch:
                    Attachments.CompareEpoch(pair, from, frame);
                    break;
                case LinkFrameKind.Missing:
                    Attachments.Answer(pair.Id, pair, frame.Side, frame.Epoch, from);
                    break;
                case var _ when pair.Relay is null:
                    AnswerStale(from, frame);
                    break;
                case LinkFrameKind.Data:
                    pair.Relay!.Forward(frame.Side, frame.Frame);
                    break;
                case LinkFrameKind.Credit:
                    pair.Relay!.Credit(frame.Side, frame.View.Consumed, frame.View.Window, frame.View.ReadsNoMore);
                    break;
                case LinkFrameKind.Detach:
                    pair.Relay!.Detach(frame.Side, frame.Epoch);
                    break;
            }
        }
    }

    // A finished pair's last credit may come after its relay went: nothing to attach for.
    private void AnswerStale(SiloAddress from, in LinkFrame frame)
    {
        if (frame.Kind == LinkFrameKind.Data || (frame.Kind == LinkFrameKind.Credit && !frame.View.ReadsNoMore))
        {
            Links.Send(from, LinkFrame.OfControl(LinkFrameKind.Stale, frame.Pair, frame.Side, PairEpoch.None));
        }
    }
}
