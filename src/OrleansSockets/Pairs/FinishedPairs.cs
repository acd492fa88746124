namespace OrleansSockets.Pairs;

/// <summary>What this silo last knew of the pairs that ended here not long ago, so that an end can still be explained.</summary>
internal sealed class FinishedPairs
{
    private const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<PairId, PairHostSnapshot> _snapshots = [];
    private readonly Queue<PairId> _order = new();

    public void Add(PairId id, PairHostSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_snapshots.TryGetValue(id, out var known))
            {
                // The pair grain was here once more after the ends had gone: that tells less.
                _snapshots[id] = snapshot.Ends.Length >= known.Ends.Length ? snapshot : known;
                return;
            }

            if (_order.Count == Capacity)
            {
                _snapshots.Remove(_order.Dequeue());
            }

            _order.Enqueue(id);
            _snapshots.Add(id, snapshot);
        }
    }

    public PairHostSnapshot? Find(PairId id)
    {
        lock (_gate)
        {
            return _snapshots.GetValueOrDefault(id);
        }
    }
}
