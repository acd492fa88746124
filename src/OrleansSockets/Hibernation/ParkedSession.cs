using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Placement;
using OrleansSockets.Ends;

namespace OrleansSockets.Hibernation;

/// <summary>A session that sleeps, with its sockets on this silo.</summary>
internal sealed partial class ParkedSession(
    GrainId grain, SessionSettings settings, bool hasFailed, SiloAddress silo, IGrainFactory grains, EndHost host, TimeProvider pace,
    ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<ParkedEnd> _ends = [];
    private bool _isWaking;
    private bool _isTaken;

    public SessionSettings Settings { get; } = settings;

    /// <summary>A text that is answered while the session sleeps.</summary>
    public (ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Response)? AutoResponse { get; } =
        settings is { Request: { } request, Response: { } response }
        ? (Encoding.UTF8.GetBytes(request), Encoding.UTF8.GetBytes(response))
        : null;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _ends.Count;
            }
        }
    }

    /// <summary>An end is parked from here on. False: the session has woken, and has taken the others.</summary>
    public bool TryAdd(EndDispatcher dispatcher, End end, ParkedSocket socket)
    {
        var parked = new ParkedEnd(this, end, socket);
        lock (_gate)
        {
            if (_isTaken)
            {
                return false;
            }

            _ends.Add(parked);
        }

        dispatcher.Stop(parked);
        return true;
    }

    /// <summary>Its ends, for the session that has woken. They are parked until it takes each.</summary>
    public ParkedEnd[] Take()
    {
        lock (_gate)
        {
            _isTaken = true;
            return [.. _ends];
        }
    }

    /// <summary>One wake, however much comes at once.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_isWaking || _isTaken)
            {
                return;
            }

            _isWaking = true;
        }

        _ = Task.Run(WakeAsync);
    }

    private async Task WakeAsync()
    {
        try
        {
            if (hasFailed)
            {
                await Task.Delay(LastRetry, pace).ConfigureAwait(false);
            }

            for (var delay = FirstRetry; !IsTaken(); delay = delay + delay < LastRetry ? delay + delay : LastRetry)
            {
                host.Work.Begin();
                try
                {
                    RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
                    await grains.GetGrain<IHibernatingSession>(grain).WakeAsync(silo).ConfigureAwait(false);
                    return;
                }
                catch (Exception e)
                {
                    LogNotWoken(logger, e, grain);
                }
                finally
                {
                    host.Work.End();
                }

                await Task.Delay(delay, pace).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
            {
                _isWaking = false;
            }
        }
    }

    private bool IsTaken()
    {
        lock (_gate)
        {
            return _isTaken;
        }
    }

    [LoggerMessage(501, LogLevel.Warning, "The session {Session} could not be woken, and is tried again")]
    private static partial void LogNotWoken(ILogger logger, Exception exception, GrainId session);
}
