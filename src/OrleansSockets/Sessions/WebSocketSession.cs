using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using Orleans.Placement;
using OrleansSockets.Contexts;
using OrleansSockets.Ends;
using OrleansSockets.Hibernation;
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
public abstract class WebSocketSession
    : Grain, IWebSocketSession, IHibernatingSession, IGrainBase, ILifecycleParticipant<IGrainLifecycle>
{
    // A smaller message is not worth a count of its own.
    private const int LeastShared = 4 * 1024;

    private GrainWebSocketContext? _context;

    private SessionHandlers? _handlers;
    private SessionSleep? _sleep;
    private WakeInfo _wake = new([]);

    private GrainWebSocketContext Context => _context ??= (GrainWebSocketContext)this.GetWebSocketContext();

    private SessionHandlers Handlers => _handlers ??= new SessionHandlers(this, Context);

    private SessionSleep Sleeper => _sleep ??= new SessionSleep(
        this, this.GetGrainId(), Context, Handlers, GrainContext.ActivationServices.GetRequiredService<ParkedSessions>());

    // Its sockets are there before its own code runs, and stay when it has run to its end.
    void ILifecycleParticipant<IGrainLifecycle>.Participate(IGrainLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(WebSocketSession),
        GrainLifecycleStage.SetupState,
        async _ => _wake = await Sleeper.RestoreAsync(),
        _ =>
        {
            Sleeper.Park();
            return Task.CompletedTask;
        });

    // Called in place of the method that a derived class may override: its sockets speak when that one has run.
    async Task IGrainBase.OnActivateAsync(CancellationToken token)
    {
        await OnActivateAsync(token);
        await StartAsync(token);
    }

    async Task IHibernatingSession.WakeAsync(SiloAddress parkedOn)
    {
        // Nearly always the activation that this call has made has taken them already.
        await Sleeper.RestoreAsync(parkedOn);
        if (Sleeper.Start() is { Count: > 0 } returned)
        {
            await OnSocketsReturnedAsync(returned);
        }
    }

    /// <summary>Nothing is under way: the session leaves memory, and its sockets stay.</summary>
    internal void Sleep() => DeactivateOnIdle();

    private async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await OnWakeAsync(_wake, cancellation);
        }
        catch
        {
            Sleeper.Drop();
            throw;
        }

        Sleeper.Start();
    }

    /// <summary>Calls the handler of an event.</summary>
    internal Task HandleAsync(WebSocketEnd end, SocketEvent e, CancellationToken cancellation) => e.Type switch
    {
        EventTypes.Message => OnMessageAsync(end, e.Data, cancellation),
        EventTypes.Close => OnCloseAsync(end, new CloseEvent(e.Code, e.Reason, e.WasClean), cancellation),
        _ => OnErrorAsync(end, new ErrorEvent(e.Kind, e.Error!), cancellation),
    };

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
        [.. Context.Sockets.Ordered.ToArray().Where(IsListed).Select(
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
    /// Holds an end as hibernatable: its events come to the session's own methods (<see cref="OnMessageAsync"/>,
    /// <see cref="OnCloseAsync"/>, <see cref="OnErrorAsync"/>), listeners of the end hear nothing, and no Close is answered by itself. Call
    /// it before the other end is given away. See https://developers.cloudflare.com/durable-objects/api/state/#acceptwebsocket.
    /// </summary>
    /// <param name="end">A never accepted end whose peer was neither accepted nor given away.</param>
    /// <param name="tags">To find it by (<see cref="GetWebSockets"/>): at most 10 different ones of at most 256 bytes of UTF-8
    /// each.</param>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.TooManyTags"/>, <see cref="WebSocketPairErrorKind.TagTooLong"/>,
    /// <see cref="WebSocketPairErrorKind.TooManyWebSockets"/> (32,768 are held), <see cref="WebSocketPairErrorKind.HibernateAfterAccept"/>,
    /// <see cref="WebSocketPairErrorKind.HibernatePeerTaken"/>, or <see cref="WebSocketPairErrorKind.NotLocal"/> for an end of another
    /// context. Nothing has changed then.
    /// </exception>
    protected void AcceptWebSocket(WebSocketEnd end, params IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        Own(end);
        var taken = SocketTags.Take(tags, out var error);
        switch (error)
        {
            case WebSocketPairErrorKind.TooManyTags:
                throw new WebSocketPairException(error.Value, $"A hibernatable WebSocket cannot have more than {SocketTags.Most} tags.");
            case not null:
                throw new WebSocketPairException(
                    error.Value, $"\"{taken[^1]}\" is longer than the longest tag ({SocketTags.MaxBytes} bytes of UTF-8).");
        }

        if (Context.Sockets.HibernatableCount >= SessionSockets.MostHibernatable)
        {
            throw new WebSocketPairException(
                WebSocketPairErrorKind.TooManyWebSockets,
                $"Only {SessionSockets.MostHibernatable} hibernatable WebSockets can be held by one session.");
        }

        end.Hibernate(Handlers, taken);
        Sleeper.Watch();
    }

    /// <summary>
    /// The session has become active, with all the sockets that it had; no call and no event comes before it has ended. If it throws, all
    /// its hibernatable sockets end without a Close.
    /// </summary>
    /// <param name="wake">What there is to know.</param>
    /// <param name="cancellationToken">The activation is given up.</param>
    protected virtual Task OnWakeAsync(WakeInfo wake, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sockets have come back that a silent node had when the session woke.</summary>
    /// <param name="sockets">Those.</param>
    protected virtual Task OnSocketsReturnedAsync(IReadOnlyList<WebSocketEnd> sockets) => Task.CompletedTask;

    /// <summary>Keeps the session awake until something is done, whatever becomes of it.</summary>
    /// <param name="task">What is done.</param>
    protected void WaitUntil(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Context.BeginWork();
        _ = EndAsync();

        async Task EndAsync()
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Context.EndWork();
        }
    }

    /// <summary>
    /// Ends the activation, and all hibernatable sockets without a Close. The call or handler that runs fails with the reason. See
    /// https://developers.cloudflare.com/durable-objects/api/state/#abort.
    /// </summary>
    /// <param name="reason">For whoever called.</param>
    /// <exception cref="WebSocketPairException">Always: <see cref="WebSocketPairErrorKind.Other"/>, with the reason.</exception>
    [DoesNotReturn]
    protected void Abort(string reason)
    {
        Sleeper.Drop();
        DeactivateOnIdle();
        throw new WebSocketPairException(WebSocketPairErrorKind.Other, reason);
    }

    /// <summary>
    /// The session's hibernatable sockets. One whose close or error handler runs is listed until that handler's first <c>await</c>; one
    /// that the session has closed, until the client's Close. See
    /// https://developers.cloudflare.com/durable-objects/api/state/#getwebsockets.
    /// </summary>
    /// <param name="tag">Those that have this tag, the first accepted first. Default: all, the last accepted first.</param>
    protected IReadOnlyList<WebSocketEnd> GetWebSockets(string? tag = null) => Context.Sockets.Hibernatable(tag);

    /// <summary>
    /// The session's plainly accepted sockets, in the order in which they were accepted. One whose close or error handler runs is not among
    /// them any more.
    /// </summary>
    protected IReadOnlyList<WebSocketEnd> GetAcceptedWebSockets() => [.. Context.Sockets.Accepted.Where(IsListed)];

    /// <summary>The tags of a hibernatable end, in the order of their first appearance.</summary>
    /// <param name="end">The end.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.NoTags"/>: it is not hibernatable.</exception>
    protected IReadOnlyList<string> GetTags(WebSocketEnd end)
    {
        return Own(end).Tags is { } tags
            ? [.. tags]
            : throw new WebSocketPairException(
                WebSocketPairErrorKind.NoTags, "Only hibernatable WebSockets have tags: call AcceptWebSocket() with it first.");
    }

    /// <summary>
    /// A text of a client that is answered without a handler being called, for all hibernatable sockets of the session. See
    /// https://developers.cloudflare.com/durable-objects/api/state/#setwebsocketautoresponse.
    /// </summary>
    /// <param name="pair">What is answered with what; it replaces the one before. Null: nothing is.</param>
    /// <returns>Ends when it holds.</returns>
    protected Task SetWebSocketAutoResponseAsync(WebSocketRequestResponsePair? pair)
    {
        Handlers.Answer(pair);
        return Task.CompletedTask;
    }

    /// <summary>What <see cref="SetWebSocketAutoResponseAsync"/> has set; null: nothing.</summary>
    protected WebSocketRequestResponsePair? GetWebSocketAutoResponse() => Handlers.AutoResponsePair;

    /// <summary>When a text of this socket's client was last answered by itself; null: never, or it is no hibernatable socket.</summary>
    /// <param name="end">The socket.</param>
    protected DateTimeOffset? GetWebSocketAutoResponseTimestamp(WebSocketEnd end)
    {
        return Own(end).AutoResponseAt;
    }

    /// <summary>
    /// So long a handler of a hibernatable socket may take. Then its token is cancelled, what it sends or closes fails, and the next event
    /// comes. Null, the default, or zero: as long as it likes. At most seven days.
    /// </summary>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.EventTimeoutOutOfRange"/>; what was set before
    /// stays.</exception>
    protected TimeSpan? HibernatableWebSocketEventTimeout
    {
        get => Handlers.Timeout;
        set => Handlers.Limit(value);
    }

    /// <summary>A message of a hibernatable socket.</summary>
    /// <param name="end">The socket.</param>
    /// <param name="message">Its data.</param>
    /// <param name="cancellationToken">Ends with <see cref="HibernatableWebSocketEventTimeout"/>.</param>
    protected virtual Task OnMessageAsync(WebSocketEnd end, WebSocketMessage message, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>
    /// The client of a hibernatable socket has closed it, or is gone. Its Close is answered only by <see cref="WebSocketEnd.Close()"/>,
    /// here or later.
    /// </summary>
    /// <param name="end">The socket.</param>
    /// <param name="close">Code, reason, and whether there was a Close.</param>
    /// <param name="cancellationToken">Ends with <see cref="HibernatableWebSocketEventTimeout"/>.</param>
    protected virtual Task OnCloseAsync(WebSocketEnd end, CloseEvent close, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The client of a hibernatable socket broke the protocol; no <see cref="OnCloseAsync"/> follows.</summary>
    /// <param name="end">The socket.</param>
    /// <param name="error">What it did.</param>
    /// <param name="cancellationToken">Ends with <see cref="HibernatableWebSocketEventTimeout"/>.</param>
    protected virtual Task OnErrorAsync(WebSocketEnd end, ErrorEvent error, CancellationToken cancellationToken) => Task.CompletedTask;

    private WebSocketEnd Own(WebSocketEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return end.Context == Context
            ? end
            : throw new WebSocketPairException(
                WebSocketPairErrorKind.NotLocal, "A session knows only ends that it has made or claimed itself.");
    }

    // A hibernatable end that is there is listed.
    private static bool IsListed(WebSocketEnd end) => end.Tags is not null || !end.IsFinished;

    /// <summary>
    /// The session's socket with this id, which is its <see cref="WebSocketEnd.PairId"/>; null: there is none, or it is finished.
    /// </summary>
    /// <param name="id">The id.</param>
    protected WebSocketEnd? FindWebSocket(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Guid.TryParse(id, out var pair) && Context.Sockets.Find(new PairId(pair)) is { } end && IsListed(end) ? end : null;
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
