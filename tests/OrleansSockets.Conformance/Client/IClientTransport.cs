using System.Net;
using System.Net.Sockets;

namespace OrleansSockets.Conformance.Client;

/// <summary>What carries a client's frames: a connection of TCP, or a stream of HTTP/2. Its words are those of TCP.</summary>
internal interface IClientTransport : IAsyncDisposable
{
    /// <summary>Everything that has arrived is read.</summary>
    bool IsIdle { get; }

    /// <summary>Connects and asks for a WebSocket.</summary>
    /// <returns>The status of the answer, as HTTP/1.1 has it: 101 if what follows are frames.</returns>
    /// <exception cref="IOException">The server ended it before it answered.</exception>
    Task<int> ConnectAsync(IPEndPoint server, string path, CancellationToken cancellation);

    /// <summary>Reads bytes of frames; 0: the server has said its last.</summary>
    /// <exception cref="SocketException">The server has reset it.</exception>
    /// <exception cref="ObjectDisposedException">This side has reset it.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Writes bytes as they are; nothing happens if it has ended.</summary>
    Task SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends this side; what the server sends is still read.</summary>
    void Fin();

    void Reset();
}
