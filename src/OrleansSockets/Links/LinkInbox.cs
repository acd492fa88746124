using OrleansSockets.Diagnostics;
using OrleansSockets.Wire;

namespace OrleansSockets.Links;

/// <summary>Puts the batches of one sending silo back in order and hands each over once.</summary>
internal sealed class LinkInbox(Action<LinkBatch> deliver)
{
    private readonly OrderedLock _gate = new(LockRank.Inbox);
    private readonly Dictionary<long, LinkBatch> _held = [];
    private long _last;

    public void Receive(LinkBatch batch)
    {
        using (_gate.Enter())
        {
            if (batch.Number <= _last || !_held.TryAdd(batch.Number, batch))
            {
                return;
            }

            while (_held.Remove(_last + 1, out var next))
            {
                _last++;
                deliver(next);
            }
        }
    }
}
