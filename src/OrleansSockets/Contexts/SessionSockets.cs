using OrleansSockets.Wire;

namespace OrleansSockets.Contexts;

/// <summary>
/// The ends through which an activation speaks with its clients: accepted and not finished. An end that it opened to another server is
/// none, nor are the two ends of a pair that it accepted both. Called from any thread, also under a pair's lock, and takes no such lock
/// itself.
/// </summary>
internal sealed class SessionSockets
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PairId, (long Number, WebSocketEnd End)> _ends = [];
    private long _accepted;

    // Of a room in which one speaks to many, more often than one comes or goes.
    private WebSocketEnd[]? _ordered;

    /// <summary>Those that were accepted first come first.</summary>
    public ReadOnlySpan<WebSocketEnd> Ordered
    {
        get
        {
            lock (_gate)
            {
                return _ordered ??= [.. _ends.Values.OrderBy(entry => entry.Number).Select(entry => entry.End)];
            }
        }
    }

    public WebSocketEnd? Find(PairId pair)
    {
        lock (_gate)
        {
            return _ends.GetValueOrDefault(pair).End;
        }
    }

    public void Add(WebSocketEnd end)
    {
        if (end.IsOutbound)
        {
            return;
        }

        lock (_gate)
        {
            if (!_ends.TryAdd(end.Core.Pair.Id, (++_accepted, end)))
            {
                _ends.Remove(end.Core.Pair.Id);
            }

            _ordered = null;
        }
    }

    public void Remove(WebSocketEnd end)
    {
        lock (_gate)
        {
            if (_ends.GetValueOrDefault(end.Core.Pair.Id).End == end)
            {
                _ends.Remove(end.Core.Pair.Id);
                _ordered = null;
            }
        }
    }
}
