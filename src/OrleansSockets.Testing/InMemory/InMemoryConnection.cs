using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using OrleansSockets.AspNetCore.Connections;

namespace OrleansSockets.Testing.InMemory;

/// <summary>Two pipes in place of a TCP connection; each holds 64 KiB, then its writer waits.</summary>
internal sealed class InMemoryConnection
{
    private static readonly PipeOptions Options = new(useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Options);
    private readonly Pipe _toClient = new(Options);
    private readonly Action _clientGone;

    public InMemoryConnection()
    {
        var server = new ServerConnection(new DuplexPipe(_toServer.Reader, _toClient.Writer));
        _clientGone = server.ClientGone;
        HalfCloseConnection.Attach(server);
        Server = server;
        Client = new DuplexPipeStream(_toClient.Reader, _toServer.Writer, _clientGone);
    }

    public ConnectionContext Server { get; }

    public Stream Client { get; }

    /// <summary>Both sides find the connection reset.</summary>
    public void Reset()
    {
        var reset = new ConnectionResetException("The silo was killed.");
        _toClient.Writer.Complete(reset);
        _toServer.Writer.Complete(reset);
        _clientGone();
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class ServerConnection : DefaultConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public ServerConnection(IDuplexPipe transport)
            : base(Guid.NewGuid().ToString("N"))
        {
            // A socket transport would set an application side too; Kestrel does not look at it.
            Transport = transport;
            ConnectionClosed = _closed.Token;
        }

        /// <summary>As a socket transport tells of a FIN or a reset.</summary>
        public void ClientGone() => _closed.Cancel();

        public override void Abort(ConnectionAbortedException abortReason)
        {
            Transport.Input.CancelPendingRead();
            Transport.Output.Complete(abortReason);
            _closed.Cancel();
        }

        public override async ValueTask DisposeAsync()
        {
            await Transport.Input.CompleteAsync();
            await Transport.Output.CompleteAsync();
            await base.DisposeAsync();
        }
    }
}
