using OrleansSockets.Administration;
using OrleansSockets.AspNetCore.Sockets;

namespace OrleansSockets.AspNetCore.Admin;

/// <inheritdoc cref="IEdgeDrain"/>
internal sealed class EdgeDrain(SocketRegistry sockets) : IEdgeDrain
{
    private int _begun;

    public int SocketCount => sockets.Count;

    public bool IsDraining => Volatile.Read(ref _begun) != 0 || sockets.IsDraining;

    public void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            // It ends within EdgeOptions.DrainTimeout and throws nothing.
            _ = Task.Run(() => sockets.DrainAsync(CancellationToken.None));
        }
    }
}
