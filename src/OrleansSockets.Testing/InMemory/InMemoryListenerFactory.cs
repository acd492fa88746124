using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace OrleansSockets.Testing.InMemory;

/// <summary>The transport below a silo's Kestrel: hands over the connections that <see cref="Connect"/> makes.</summary>
internal sealed class InMemoryListenerFactory(InMemoryEndPoint endPoint)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();
    private readonly ConcurrentBag<InMemoryConnection> _open = [];

    public EndPoint EndPoint => endPoint;

    /// <summary>Opens a connection; the result is the client's side of it.</summary>
    /// <exception cref="IOException">The edge has stopped.</exception>
    public Stream Connect()
    {
        var connection = new InMemoryConnection();
        _open.Add(connection);
        return _connections.Writer.TryWrite(connection.Server)
            ? connection.Client
            : throw new IOException($"{endPoint} does not listen any more.");
    }

    /// <summary>Ends all connections as the death of the process would.</summary>
    public void Sever()
    {
        _connections.Writer.TryComplete();
        foreach (var connection in _open)
        {
            connection.Reset();
        }
    }

    public bool CanBind(EndPoint endpoint) => endpoint == endPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken) && _connections.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
