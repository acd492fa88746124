using OrleansSockets.Diagnostics;
using OrleansSockets.Ends;

namespace OrleansSockets.Contexts;

/// <summary>
/// The ends of one context for which something has arrived. They take turns, one event each, so none of them is heard to its end before the
/// others.
/// </summary>
internal sealed class EventQueue(WebSocketContext context)
{
    /// <summary>Events in one turn of the context, so that busy ends leave room for its other work.</summary>
    private const int EventsPerTurn = 128;

    private readonly OrderedLock _gate = new(LockRank.Queue);
    private readonly Queue<EndDispatcher> _ends = new();
    private bool _posted;

    /// <summary>Something has arrived for an end that is not in the queue. May be called under a pair's lock.</summary>
    public void Add(EndDispatcher end)
    {
        using (_gate.Enter())
        {
            _ends.Enqueue(end);
            if (_posted)
            {
                return;
            }

            _posted = true;
        }

        Post();
    }

    private void Run()
    {
        EndDispatcher? again = null;
        for (var i = 0; i <= EventsPerTurn; i++)
        {
            EndDispatcher? next;
            using (_gate.Enter())
            {
                if (again is not null)
                {
                    _ends.Enqueue(again);
                }

                if (i == EventsPerTurn)
                {
                    break;
                }

                if (!_ends.TryDequeue(out next))
                {
                    _posted = false;
                    return;
                }
            }

            again = next.DispatchNext() ? next : null;
        }

        Post();
    }

    private void Post()
    {
        try
        {
            context.Post(Run);
        }
        catch
        {
            // The next event tries again: a queue that believed to be posted would be deaf for good.
            using (_gate.Enter())
            {
                _posted = false;
            }

            throw;
        }
    }
}
