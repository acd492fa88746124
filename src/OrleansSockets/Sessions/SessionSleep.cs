using OrleansSockets.Contexts;
using OrleansSockets.Hibernation;

namespace OrleansSockets.Sessions;

/// <summary>How one activation of a session falls asleep, and what the next one takes over from it.</summary>
internal sealed class SessionSleep(
    WebSocketSession session, GrainId grain, GrainWebSocketContext context, SessionHandlers handlers, ParkedSessions parked)
{
    private const int LooksInTime = 4;

    private readonly List<WebSocketEnd> _waiting = [];
    private ITimer? _timer;
    private bool _hasStarted;

    /// <summary>Before the session's own code runs: all its sockets are there, and none speaks yet.</summary>
    /// <param name="from">The only silo that may have some; null: any.</param>
    public async Task<WakeInfo> RestoreAsync(SiloAddress? from = null)
    {
        var (settings, sockets, silent) = await parked.TakeAsync(grain, from);
        if (!_hasStarted)
        {
            handlers.Restore(settings);
        }

        foreach (var (core, socket) in sockets)
        {
            var end = new WebSocketEnd(core, context);
            end.Restore(socket);
            context.Sockets.Restore(end, socket.Number);
            _waiting.Add(end);
        }

        return new WakeInfo([.. silent.Select(silo => $"{silo.Endpoint}")]);
    }

    /// <summary>The session is active: what has come for its sockets is heard now.</summary>
    /// <returns>Those that speak from here on.</returns>
    public IReadOnlyList<WebSocketEnd> Start()
    {
        _hasStarted = true;
        WebSocketEnd[] restored = [.. _waiting];
        _waiting.Clear();
        foreach (var end in restored)
        {
            end.Resume(handlers);
        }

        Watch();
        return restored;
    }

    /// <summary>It has a hibernatable socket: looks from time to time whether it may sleep.</summary>
    public void Watch()
    {
        var limit = context.Hub.Host.Options.HibernateAfter;
        if (_timer is null && limit > TimeSpan.Zero && context.Sockets.HibernatableCount > 0)
        {
            var pace = limit / LooksInTime;
            _timer = context.Hub.Host.Timers.Create(
                context.Hub.Host.Clock, "the look at an idle session", () => context.Post(() => Look(limit)), pace, pace);
        }
    }

    /// <summary>The activation ends, for whatever reason: its hibernatable sockets stay.</summary>
    public void Park()
    {
        _timer?.Dispose();
        foreach (var (number, end) in context.Sockets.Numbered)
        {
            if (end.IsForgotten)
            {
                end.Abort();
            }
            else
            {
                end.Park(parked, grain, handlers.Settings, hasFailed: !_hasStarted, number);
            }
        }
    }

    /// <summary>All hibernatable sockets end without a Close.</summary>
    public void Drop()
    {
        foreach (var (_, end) in context.Sockets.Numbered)
        {
            context.Sockets.Unlist(end);
            end.Abort();
        }

        _waiting.Clear();
    }

    private void Look(TimeSpan limit)
    {
        if (context.Sockets.HibernatableCount > 0 && context.IdleFor >= limit)
        {
            session.Sleep();
        }
    }
}
