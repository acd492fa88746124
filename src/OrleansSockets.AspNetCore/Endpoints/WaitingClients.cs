using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;

namespace OrleansSockets.AspNetCore.Endpoints;

/// <summary>
/// How many clients of each address wait on this node for the partner of a named pair: one address cannot take all names, nor all places.
/// </summary>
internal sealed class WaitingClients(IOptions<EdgeOptions> options)
{
    private readonly ConcurrentDictionary<IPAddress, int> _waiting = new();

    /// <summary>Takes a place. Null: the address has as many as it may. Dispose of it, once or more often, when the wait is over.</summary>
    public IDisposable? TryEnter(IPAddress? address)
    {
        var (most, client) = (options.Value.MaxWaitingPerAddress, address ?? IPAddress.None);
        if (_waiting.AddOrUpdate(client, 1, static (_, count) => count + 1) > most && most > 0)
        {
            Leave(client);
            return null;
        }

        return new Place(this, client);
    }

    private void Leave(IPAddress client)
    {
        // An address of which nobody waits is not remembered.
        while (_waiting.TryGetValue(client, out var count))
        {
            if (count > 1 ? _waiting.TryUpdate(client, count - 1, count) : _waiting.TryRemove(new(client, count)))
            {
                return;
            }
        }
    }

    private sealed class Place(WaitingClients clients, IPAddress client) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
            {
                clients.Leave(client);
            }
        }
    }
}
