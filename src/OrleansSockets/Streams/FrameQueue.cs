using OrleansSockets.Wire;

namespace OrleansSockets.Streams;

/// <summary>A ring of frames that can be read in the middle: a sender keeps frames until they are acknowledged.</summary>
internal sealed class FrameQueue
{
    private PairFrame[] _items = [];
    private int _head;

    public int Count { get; private set; }

    public ref readonly PairFrame this[int index] => ref _items[(_head + index) & (_items.Length - 1)];

    public void Enqueue(in PairFrame frame)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        _items[(_head + Count) & (_items.Length - 1)] = frame;
        Count++;
    }

    public void DropFirst()
    {
        _items[_head] = default;
        _head = (_head + 1) & (_items.Length - 1);
        if (--Count == 0 && _items.Length > 64)
        {
            // A burst is over; an idle pair holds no large ring.
            Clear();
        }
    }

    public void Clear()
    {
        _items = [];
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        var larger = new PairFrame[Math.Max(4, _items.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        _items = larger;
        _head = 0;
    }
}
