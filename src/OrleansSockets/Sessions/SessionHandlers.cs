using System.Text;
using OrleansSockets.Contexts;
using OrleansSockets.Ends;
using OrleansSockets.Hibernation;

namespace OrleansSockets.Sessions;

/// <summary>How a session's own methods hear of its hibernatable sockets, in its turns.</summary>
internal sealed class SessionHandlers : ISessionHandlers
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(7);

    private readonly WebSocketSession _session;
    private readonly GrainWebSocketContext _context;
    private readonly bool _areSerial;
    private (ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Response)? _autoResponse;
    private Task _last = Task.CompletedTask;

    public SessionHandlers(WebSocketSession session, GrainWebSocketContext context)
    {
        _session = session;
        _context = context;
        _areSerial = session.GetType().IsDefined(typeof(SerialHandlersAttribute), inherit: true);
        AreInterleaved = !_areSerial && session.GetType().IsDefined(typeof(InterleavedHandlersAttribute), inherit: true);
    }

    public bool AreInterleaved { get; }

    public WebSocketRequestResponsePair? AutoResponsePair { get; private set; }

    public TimeSpan? Timeout { get; private set; }

    (ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Response)? ISessionHandlers.AutoResponse => _autoResponse;

    /// <summary>What is kept while the session sleeps.</summary>
    public SessionSettings Settings => new(AutoResponsePair?.Request, AutoResponsePair?.Response, Timeout);

    public void Restore(SessionSettings settings)
    {
        Answer(settings is { Request: { } request, Response: { } response } ? new WebSocketRequestResponsePair(request, response) : null);
        Timeout = settings.EventTimeout;
    }

    public void Answer(WebSocketRequestResponsePair? pair)
    {
        AutoResponsePair = pair;
        _autoResponse = pair is null ? null : (Encoding.UTF8.GetBytes(pair.Request), Encoding.UTF8.GetBytes(pair.Response));
    }

    public void Limit(TimeSpan? timeout)
    {
        if (timeout < TimeSpan.Zero || timeout > MaxTimeout)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.EventTimeoutOutOfRange,
                $"HibernatableWebSocketEventTimeout is {timeout}; it must be from zero (none) to {MaxTimeout}.");
        }

        Timeout = timeout == TimeSpan.Zero ? null : timeout;
    }

    Task ISessionHandlers.HandleAsync(WebSocketEnd end, SocketEvent e)
    {
        _context.BeginWork();
        Task task;
        try
        {
            task = _areSerial ? _last = HandleInTurnAsync(_last, end, e) : HandleAsync(end, e);
        }
        catch
        {
            _context.EndWork();
            throw;
        }

        if (task.IsCompleted)
        {
            _context.EndWork();
        }
        else
        {
            _ = EndAsync(task);
        }

        return task;
    }

    private async Task EndAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _context.EndWork();
    }

    void ISessionHandlers.Unlist(WebSocketEnd end) => _context.Sockets.Unlist(end);

    private async Task HandleInTurnAsync(Task before, WebSocketEnd end, SocketEvent e)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await HandleAsync(end, e);
    }

    private Task HandleAsync(WebSocketEnd end, SocketEvent e) => Timeout is { } limit
        ? HandlerCall.RunAsync(token => _session.HandleAsync(end, e, token), limit, _context.Hub.Host.Clock)
        : _session.HandleAsync(end, e, CancellationToken.None);
}
