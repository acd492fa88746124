using OrleansSockets.Rules;
using OrleansSockets.Wire;

namespace OrleansSockets.Pairs;

/// <summary>
/// What this silo last knew of the pairs that ended here: of the latest ones all there is to explain, and of many more which ends lived
/// here, for a pair grain that asks after its predecessor's node was lost.
/// </summary>
internal sealed class FinishedPairs
{
    private readonly Lock _gate = new();
    private readonly Latest<PairHostSnapshot> _snapshots = new(capacity: 256);

    // As many as a busy silo finishes while a lost node is noticed: some seconds at 2,000 a second.
    private readonly Latest<byte> _sides = new(capacity: 16 * 1024);

    public void Add(PairId id, PairHostSnapshot snapshot)
    {
        lock (_gate)
        {
            _sides[id] = (byte)snapshot.Ends.Aggregate((int)_sides[id], (sides, end) => sides | Bit(end.Side));

            // The pair grain may have been here once more after the ends had gone: that tells less.
            if (_snapshots[id] is not { } known || snapshot.Ends.Length >= known.Ends.Length)
            {
                _snapshots[id] = snapshot;
            }
        }
    }

    public PairHostSnapshot? Find(PairId id)
    {
        lock (_gate)
        {
            return _snapshots[id];
        }
    }

    /// <summary>That end lived here, and was finished.</summary>
    public bool Contains(PairId id, Side side)
    {
        lock (_gate)
        {
            return (_sides[id] & Bit((int)side)) != 0;
        }
    }

    private static int Bit(int side) => 1 << side;

    /// <summary>
    /// Values by pair; the oldest pair is forgotten for a new one. All its room is taken at once: what grows by pairs that are gone looks
    /// like a leak.
    /// </summary>
    private sealed class Latest<T>(int capacity)
    {
        private readonly Dictionary<PairId, T> _values = new(capacity);
        private readonly Queue<PairId> _order = new(capacity);

        public T? this[PairId id]
        {
            get => _values.GetValueOrDefault(id);
            set
            {
                if (_values.ContainsKey(id))
                {
                    _values[id] = value!;
                    return;
                }

                if (_order.Count == capacity)
                {
                    _values.Remove(_order.Dequeue());
                }

                _order.Enqueue(id);
                _values.Add(id, value!);
            }
        }
    }
}
