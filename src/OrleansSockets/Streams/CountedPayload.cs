using System.Buffers;
using System.Runtime.InteropServices;

namespace OrleansSockets.Streams;

/// <summary>
/// The bytes of a message that this silo holds in one place and perhaps in many queues, such as a broadcast: counted once in the budget,
/// from the first hold to the last release. Frames carry slices of it, which lead back to it, so a receiver on this silo neither joins nor
/// counts them again.
/// </summary>
internal sealed class CountedPayload : MemoryManager<byte>
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly BufferCharge _charge;
    private readonly Lock _gate = new();
    private int _holds = 1;

    private CountedPayload(ReadOnlyMemory<byte> bytes, BufferCharge charge)
    {
        _bytes = bytes;
        _charge = charge;
    }

    public override Memory<byte> Memory => CreateMemory(_bytes.Length);

    /// <summary>Counts a message and holds it, once more if it is counted already. Null: the budget is met.</summary>
    public static CountedPayload? TryHold(PairBudget budget, ReadOnlyMemory<byte> bytes)
    {
        if (Of(bytes) is { } known && known._bytes.Length == bytes.Length)
        {
            return known.TryHold() ? known : null;
        }

        var charge = new BufferCharge(budget);
        return charge.TryAdd(bytes.Length) ? new CountedPayload(bytes, charge) : null;
    }

    /// <summary>The payload that the bytes are a part of.</summary>
    public static CountedPayload? Of(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetMemoryManager<byte, CountedPayload>(bytes, out var payload) ? payload : null;

    public void Hold()
    {
        lock (_gate)
        {
            if (++_holds == 1)
            {
                _charge.Add(_bytes.Length);
            }
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            if (--_holds == 0)
            {
                _charge.Add(-_bytes.Length);
            }
        }
    }

    /// <summary>Nobody writes to it: a payload is handed out for reading only.</summary>
    public override Span<byte> GetSpan() => MemoryMarshal.AsMemory(_bytes).Span;

    public override MemoryHandle Pin(int elementIndex = 0) => _bytes[elementIndex..].Pin();

    public override void Unpin()
    {
        // The handle that Pin gives unpins the bytes themselves.
    }

    protected override bool TryGetArray(out ArraySegment<byte> segment) => MemoryMarshal.TryGetArray(_bytes, out segment);

    protected override void Dispose(bool disposing)
    {
        // The garbage collector has the bytes.
    }

    // A handler may send again what it was given, long after that was released.
    private bool TryHold()
    {
        lock (_gate)
        {
            if (_holds == 0 && !_charge.TryAdd(_bytes.Length))
            {
                return false;
            }

            _holds++;
            return true;
        }
    }
}
