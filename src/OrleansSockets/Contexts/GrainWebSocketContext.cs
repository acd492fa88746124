using Microsoft.Extensions.DependencyInjection;
using OrleansSockets.Deployments;
using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;
using OrleansSockets.Pairs;

namespace OrleansSockets.Contexts;

/// <summary>
/// The context of a grain activation: handlers run in the activation's own turns, between the awaits of its calls. The activation is kept
/// alive while it has accepted ends that are not finished; if it ends all the same, those ends send 1012.
/// </summary>
internal sealed class GrainWebSocketContext : WebSocketContext, IDeferredWork
{
    // Of the upgrade that runs; others may run between its awaits.
    private static readonly AsyncLocal<List<WebSocketEnd>?> Upgrading = new();

    private readonly IGrainContext _grain;
    private readonly IGrainRuntime _runtime;
    private readonly DeploymentRegistry _deployments;
    private readonly HashSet<WebSocketEnd> _accepted = [];
    private string? _deployment;
    private bool _hasEnded;
    private bool _isDelayed;
    private int _running;
    private long _lastActive;

    private GrainWebSocketContext(IGrainContext grain, IGrainRuntime runtime, PairHub hub, DeploymentRegistry deployments)
        : base(hub, deployments.Default)
    {
        _grain = grain;
        _runtime = runtime;
        _deployments = deployments;
        _lastActive = hub.Host.Clock.GetTimestamp();
        grain.ActivationServices.GetRequiredService<ActivationLifetime>().Ended = Stop;
    }

    public static GrainWebSocketContext Of(IGrainContext grain, IGrainRuntime runtime, PairHub hub, DeploymentRegistry deployments)
    {
        if (grain.GetComponent<GrainWebSocketContext>() is not { } context)
        {
            context = new GrainWebSocketContext(grain, runtime, hub, deployments);
            grain.SetComponent(context);
        }

        return context;
    }

    /// <summary>As they are now: an activation outlives many revisions.</summary>
    internal override EndSettings Settings => _deployment is null ? _deployments.Default : _deployments.Get(_deployment);

    public SessionSockets Sockets { get; } = new();

    /// <summary>How long nothing has been under way; null: something is: a call, a handler, a plainly accepted end.</summary>
    public TimeSpan? IdleFor
    {
        get
        {
            lock (_accepted)
            {
                return _running > 0 || _accepted.Any(end => end.Tags is null) ? null : Hub.Host.Clock.GetElapsedTime(_lastActive);
            }
        }
    }

    /// <summary>A call or a handler begins.</summary>
    public void BeginWork()
    {
        lock (_accepted)
        {
            _running++;
        }
    }

    /// <summary>It has ended.</summary>
    public void EndWork()
    {
        lock (_accepted)
        {
            _running--;
            _lastActive = Hub.Host.Clock.GetTimestamp();
        }
    }

    public void Use(string deployment)
    {
        _deployments.Get(deployment);
        _deployment = deployment;
    }

    /// <summary>From here on, in this call and what it awaits, the list is given the ends that are accepted.</summary>
    public static void Track(List<WebSocketEnd> accepted) => Upgrading.Value = accepted;

    internal override void Post(Action turn)
    {
        LockOrder.CheckIsFree();
        Work.Begin();
        _grain.Scheduler.QueueAction(() => RunTurn(turn));
    }

    internal override void Retain(WebSocketEnd end)
    {
        Upgrading.Value?.Add(end);
        bool tooLate;
        lock (_accepted)
        {
            tooLate = _hasEnded;
            if (!tooLate)
            {
                Sockets.Add(end);
            }

            if (!tooLate && _accepted.Add(end) && _accepted.Count == 1)
            {
                PairGate.Afterwards(this);
            }
        }

        if (tooLate)
        {
            // By code of the activation that went on behind its end. No handler would ever run.
            end.Core.Pair.Timeline.Add(end.Core.Side, "accepted in a grain whose activation had ended");
            Abandon(end);
        }
    }

    internal override void ReleaseEnd(WebSocketEnd end)
    {
        Sockets.Remove(end);
        lock (_accepted)
        {
            if (_accepted.Remove(end) && _accepted.Count == 0)
            {
                PairGate.Afterwards(this);
            }
        }
    }

    /// <summary>The first end was accepted, or the last one has finished.</summary>
    void IDeferredWork.Run()
    {
        lock (_accepted)
        {
            // Zero takes the delay back: the ordinary collection age counts again.
            if (_isDelayed != _accepted.Count > 0)
            {
                LockOrder.CheckIsFree();
                _isDelayed = !_isDelayed;
                _runtime.DelayDeactivation(_grain, _isDelayed ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
            }
        }
    }

    private void Stop()
    {
        WebSocketEnd[] ends;
        lock (_accepted)
        {
            _hasEnded = true;
            ends = [.. _accepted];
        }

        foreach (var end in ends)
        {
            if (end.Tags is null)
            {
                Abandon(end);
            }
            else
            {
                // Of all that it may keep, the session has kept it: this one's client had closed, and nobody has answered.
                end.Abort();
            }
        }
    }

    private static void Abandon(WebSocketEnd end) => end.Abandon(CloseCode.ServiceRestart, "The session is moving; connect again.");
}
