using OrleansSockets.Wire;

namespace OrleansSockets.Contexts;

/// <summary>
/// The ends through which an activation speaks with its clients. Plainly accepted ones are here until they are finished; an end that it
/// opened to another server is none, nor are the two ends of a pair that it accepted both. Hibernatable ones are here until the handler of
/// their last event has run. Called from any thread, also under a pair's lock, and takes no such lock itself.
/// </summary>
internal sealed class SessionSockets
{
    /// <summary>Hibernatable ends that one session may hold.</summary>
    public const int MostHibernatable = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<PairId, (long Number, WebSocketEnd End)> _accepted = [];
    private readonly Dictionary<PairId, (long Number, WebSocketEnd End)> _hibernatable = [];
    private long _number;

    // Of a room in which one speaks to many, more often than one comes or goes.
    private WebSocketEnd[]? _ordered;

    /// <summary>All; those that were accepted first come first.</summary>
    public ReadOnlySpan<WebSocketEnd> Ordered
    {
        get
        {
            lock (_gate)
            {
                return _ordered ??= InOrder(_accepted.Values.Concat(_hibernatable.Values));
            }
        }
    }

    /// <summary>The plainly accepted ones, as they were accepted.</summary>
    public WebSocketEnd[] Accepted
    {
        get
        {
            lock (_gate)
            {
                return InOrder(_accepted.Values);
            }
        }
    }

    public int HibernatableCount
    {
        get
        {
            lock (_gate)
            {
                return _hibernatable.Count;
            }
        }
    }

    /// <summary>The hibernatable ones, as Cloudflare orders them.</summary>
    /// <param name="tag">Those that have it, the first accepted first; null: all, the last accepted first.</param>
    public WebSocketEnd[] Hibernatable(string? tag)
    {
        lock (_gate)
        {
            return tag is null
                ? [.. InOrder(_hibernatable.Values).Reverse()]
                : InOrder(_hibernatable.Values.Where(entry => entry.End.Tags!.Contains(tag)));
        }
    }

    /// <summary>All hibernatable ones with their numbers.</summary>
    public (long Number, WebSocketEnd End)[] Numbered
    {
        get
        {
            lock (_gate)
            {
                return [.. _hibernatable.Values.OrderBy(entry => entry.Number)];
            }
        }
    }

    /// <summary>A hibernatable end that the session had before it slept.</summary>
    public void Restore(WebSocketEnd end, long number)
    {
        lock (_gate)
        {
            _number = Math.Max(_number, number);
            _hibernatable[end.Core.Pair.Id] = (number, end);
            _ordered = null;
        }
    }

    public WebSocketEnd? Find(PairId pair)
    {
        lock (_gate)
        {
            return _hibernatable.GetValueOrDefault(pair).End ?? _accepted.GetValueOrDefault(pair).End;
        }
    }

    public void Add(WebSocketEnd end)
    {
        if (end.IsOutbound && end.Tags is null)
        {
            return;
        }

        lock (_gate)
        {
            var pair = end.Core.Pair.Id;
            if (end.Tags is not null)
            {
                _hibernatable.TryAdd(pair, (++_number, end));
            }
            else if (!_hibernatable.ContainsKey(pair) && !_accepted.TryAdd(pair, (++_number, end)))
            {
                _accepted.Remove(pair);
            }

            _ordered = null;
        }
    }

    /// <summary>A plainly accepted end is finished.</summary>
    public void Remove(WebSocketEnd end) => Remove(_accepted, end);

    /// <summary>The handler of a hibernatable end's last event has run.</summary>
    public void Unlist(WebSocketEnd end) => Remove(_hibernatable, end);

    private void Remove(Dictionary<PairId, (long Number, WebSocketEnd End)> ends, WebSocketEnd end)
    {
        lock (_gate)
        {
            if (ends.GetValueOrDefault(end.Core.Pair.Id).End == end)
            {
                ends.Remove(end.Core.Pair.Id);
                _ordered = null;
            }
        }
    }

    private static WebSocketEnd[] InOrder(IEnumerable<(long Number, WebSocketEnd End)> ends) =>
        [.. ends.OrderBy(entry => entry.Number).Select(entry => entry.End)];
}
