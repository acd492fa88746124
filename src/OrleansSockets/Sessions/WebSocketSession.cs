using Orleans.GrainDirectory;
using Orleans.Placement;
using OrleansSockets.Contexts;
using OrleansSockets.Rules;
using OrleansSockets.Streams;
using OrleansSockets.Wire;

namespace OrleansSockets.Sessions;

/// <summary>
/// Base of a session grain. Its ends' handlers run in its own turns. It stays where it is, and alive, while it holds accepted ends that are
/// not finished. What <see cref="IWebSocketSession"/> offers to others, a derived class has as protected members, which make no call and
/// serialize nothing.
/// </summary>
[Immovable(ImmovableKind.Any), SessionPlacementFilter, GrainDirectory(SessionDirectory.Name)]
public abstract class WebSocketSession : Grain, IWebSocketSession
{
    // A smaller message is not worth a count of its own.
    private const int LeastShared = 4 * 1024;

    private GrainWebSocketContext? _context;

    private GrainWebSocketContext Context => _context ??= (GrainWebSocketContext)this.GetWebSocketContext();

    async Task<UpgradeResponse> IWebSocketSession.UpgradeAsync(UpgradeRequest request)
    {
        var response = await AnswerAsync(request);
        if (response is { Ticket: { } ticket, Protocol: { } protocol } && Context.Sockets.Find(ticket.Pair) is { } end)
        {
            end.ClientProtocol = protocol;
        }

        return response;
    }

    Task<IReadOnlyList<WebSocketSnapshot>> IWebSocketSession.GetWebSocketsAsync() => Task.FromResult<IReadOnlyList<WebSocketSnapshot>>(
        [.. GetWebSockets().Select(
            end => new WebSocketSnapshot(end.PairId, end.ReadyState, end.ClientProtocol, end.BufferedAmount, end.AcceptedAt))]);

    Task<WebSocketSendOutcome> IWebSocketSession.SendToWebSocketAsync(string id, WebSocketMessage message) =>
        Task.FromResult(FindWebSocket(id)?.TrySend(message) ?? WebSocketSendOutcome.NotFound);

    Task<int> IWebSocketSession.BroadcastAsync(WebSocketMessage message, IReadOnlyCollection<string>? except, BroadcastFullMode whenFull) =>
        Task.FromResult(Broadcast(message, except?.Select(FindWebSocket).OfType<WebSocketEnd>().ToHashSet(), whenFull));

    Task<bool> IWebSocketSession.CloseWebSocketAsync(string id, int? code, string? reason)
    {
        if (FindWebSocket(id) is { } end)
        {
            return Task.FromResult(end.TryClose(code, reason));
        }

        // A mistake of the caller shows also when the socket has just gone.
        return EndMachine.CheckClose(Context.Settings.Rules, code, reason) is { } error
            ? throw WebSocketPairException.Of(error, code)
            : Task.FromResult(false);
    }

    private async Task<UpgradeResponse> AnswerAsync(UpgradeRequest request)
    {
        List<WebSocketEnd> accepted = [];
        GrainWebSocketContext.Track(accepted);
        UpgradeResponse? response = null;
        try
        {
            return response = await OnUpgradeAsync(request);
        }
        finally
        {
            if (response is not { Status: 101 })
            {
                // Nobody will ever get the other end: these would hold the session in memory for ever.
                accepted.ForEach(end => end.DropIfAlone("its client was refused"));
            }
        }
    }

    /// <summary>Answers a client: make a pair, accept one end, return the other.</summary>
    /// <param name="request">The client's request.</param>
    protected abstract Task<UpgradeResponse> OnUpgradeAsync(UpgradeRequest request);

    /// <summary>
    /// The session's sockets, in the order in which they were accepted. One whose close or error handler runs is not among them any more.
    /// </summary>
    protected IReadOnlyList<WebSocketEnd> GetWebSockets()
    {
        List<WebSocketEnd> open = [];
        foreach (var end in Context.Sockets.Ordered)
        {
            if (!end.IsFinished)
            {
                open.Add(end);
            }
        }

        return open;
    }

    /// <summary>
    /// The session's socket with this id, which is its <see cref="WebSocketEnd.PairId"/>; null: there is none, or it is finished.
    /// </summary>
    /// <param name="id">The id.</param>
    protected WebSocketEnd? FindWebSocket(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Guid.TryParse(id, out var pair) && Context.Sockets.Find(new PairId(pair)) is { IsFinished: false } end ? end : null;
    }

    /// <summary>
    /// Sends a message to all sockets of the session. One that is full or closing holds up no other, and no exception comes from it.
    /// </summary>
    /// <param name="message">A string, or bytes; encoded or copied once.</param>
    /// <param name="except">Those that do not get it, such as the sender. Default: none.</param>
    /// <param name="whenFull">What to do with a socket that does not keep up. Default: it misses the message.</param>
    /// <returns>How many sockets took the message.</returns>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.MessageTooLarge"/> by the session's settings; nobody gets it. A socket that has kept a smaller
    /// limit from earlier settings misses it.
    /// </exception>
    protected int Broadcast(
        WebSocketMessage message, IReadOnlyCollection<WebSocketEnd>? except = null, BroadcastFullMode whenFull = BroadcastFullMode.Skip)
    {
        var (length, limit) = (message.Bytes.Length, Context.Settings.MaxMessageSize);
        if (length > limit)
        {
            throw WebSocketPairException.MessageTooLarge(length, limit);
        }

        // Held once for all; if there is no room for it, each end says so.
        var counted = length > LeastShared ? CountedPayload.TryHold(Context.Hub.Host.Budget, message.Bytes) : null;
        if (counted is not null)
        {
            message = new WebSocketMessage(message.IsText, counted.Memory);
        }

        var taken = 0;
        foreach (var end in Context.Sockets.Ordered)
        {
            if (length > end.MaxMessageSize || except?.Contains(end) == true)
            {
                continue;
            }

            switch (end.TrySend(message))
            {
                case WebSocketSendOutcome.Sent:
                    taken++;
                    break;
                case WebSocketSendOutcome.BufferFull when whenFull == BroadcastFullMode.Close:
                    end.ForceClose(CloseCode.TryAgainLater, "The client does not keep up.");
                    break;
            }
        }

        counted?.Release();
        return taken;
    }
}
