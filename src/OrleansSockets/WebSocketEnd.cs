using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansSockets.Ends;
using OrleansSockets.Rules;

namespace OrleansSockets;

/// <summary>
/// One end of a pair: Cloudflare's <c>WebSocket</c>. Every member may be called from any thread. Handlers run in the context that made or
/// claimed the end and never overlap within it.
/// </summary>
public sealed partial class WebSocketEnd
{
    private readonly End _end;
    private readonly IPair _pair;
    private readonly EndDispatcher _dispatcher;
    private byte[]? _attachment;

    internal WebSocketEnd(End end, WebSocketContext context)
    {
        _end = end;
        _pair = end.Pair;
        _dispatcher = new EndDispatcher(this, end, context);
        Protocol = "";
        BinaryType = end.Settings.BinaryType;
    }

    /// <summary>
    /// The id of its pair, which both ends share: 32 hex digits, as in the administration API and in
    /// <see cref="Sessions.WebSocketSnapshot.Id"/>.
    /// </summary>
    public string PairId => _pair.Id.ToString();

    /// <summary>The state as this end sees it: its own Close sent, the peer's Close dispatched. It never goes back.</summary>
    public ReadyState ReadyState
    {
        get
        {
            using (_pair.Gate.Enter())
            {
                return _end.State.ReadyState;
            }
        }
    }

    /// <summary>Bytes that were sent and are not yet under way.</summary>
    public long BufferedAmount
    {
        get
        {
            using (_pair.Gate.Enter())
            {
                return _end.Out.QueuedBytes;
            }
        }
    }

    /// <summary>The subprotocol; "" for an end of a pair.</summary>
    public string Protocol { get; private set; }

    /// <summary>The address that the end was opened by; null for an end of a pair.</summary>
    public Uri? Url { get; private set; }

    /// <summary>The extensions that were agreed on: always "".</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "A member of each WebSocket, as Protocol is.")]
    public string Extensions => "";

    /// <summary>A label only: data is bytes either way.</summary>
    public BinaryType BinaryType { get; set; }

    /// <summary>
    /// Ends when an end that was opened by an address is open, and fails with <see cref="WebSocketPairErrorKind.PeerDisconnected"/> if it
    /// cannot be. Before, <see cref="ReadyState"/> is <see cref="ReadyState.Connecting"/> and the end cannot be accepted. Done at once for
    /// an end of a pair.
    /// </summary>
    public Task Opened { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Starts delivery: what the peer has sent so far comes first, in order. On an accepted end it does nothing, options included.
    /// </summary>
    /// <param name="options">See <see cref="AcceptOptions"/>.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.AlreadyUsedInResponse"/>: the end was given
    /// away.</exception>
    public void Accept(AcceptOptions? options = null)
    {
        using (_pair.Gate.Enter())
        {
            var step = _end.Accept(options?.AllowHalfOpen);
            ThrowIfRefused(step);
            if (step.Effect == EndEffect.Deliver)
            {
                AcceptedAt = _pair.Host.Clock.GetUtcNow();
                _dispatcher.Start();
            }
        }
    }

    /// <summary>Sends a text. A lone surrogate arrives as three U+FFFD.</summary>
    /// <param name="text">The text; "" is a message too.</param>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.SendAfterClose"/>, <see cref="WebSocketPairErrorKind.NotAccepted"/>,
    /// <see cref="WebSocketPairErrorKind.MessageTooLarge"/>, or <see cref="WebSocketPairErrorKind.BufferFull"/> if
    /// <see cref="OrleansSocketsOptions.SendBufferSize"/> is queued, or <see cref="OrleansSocketsOptions.MaxBufferedBytes"/> is met (then
    /// use <see cref="SendAsync(string, CancellationToken)"/>). If the peer is gone, or the end was given away, nothing happens.
    /// </exception>
    public void Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Send(true, WireText.Encode(text));
    }

    /// <summary>Sends bytes; they are copied.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <inheritdoc cref="Send(string)" path="/exception"/>
    public void Send(ReadOnlySpan<byte> bytes) => Send(false, bytes.ToArray());

    /// <inheritdoc cref="Send(ReadOnlySpan{byte})"/>
    public void Send(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Send(bytes.AsSpan());
    }

    /// <summary>Sends the data of a message as it came.</summary>
    /// <param name="message">The data.</param>
    /// <inheritdoc cref="Send(string)" path="/exception"/>
    public void Send(WebSocketMessage message) => Send(message.IsText, message.Bytes);

    /// <summary>
    /// Sends bytes as they are, and everything else as the text that JavaScript would make of it: <c>null</c>, <c>true</c>, <c>1.5</c>.
    /// </summary>
    /// <param name="value">For objects, serialize to JSON yourself.</param>
    /// <inheritdoc cref="Send(string)" path="/exception"/>
    public void Send(object? value)
    {
        switch (value)
        {
            case byte[] bytes:
                Send(bytes.AsSpan());
                break;
            case ReadOnlyMemory<byte> memory:
                Send(memory.Span);
                break;
            case Memory<byte> memory:
                Send(memory.Span);
                break;
            case WebSocketMessage message:
                Send(message);
                break;
            case bool flag:
                Send(flag ? "true" : "false");
                break;
            default:
                Send(value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }

    /// <summary>
    /// Sends a text when there is room in the send buffer. Messages of several waiting calls keep no order among each other: await each.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is sent then.</param>
    /// <inheritdoc cref="Send(string)" path="/exception"/>
    public Task SendAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SendAsync(true, WireText.Encode(text), cancellationToken);
    }

    /// <inheritdoc cref="SendAsync(string, CancellationToken)"/>
    /// <param name="bytes">The bytes; they are copied.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is sent then.</param>
    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        SendAsync(false, bytes.ToArray(), cancellationToken);

    /// <inheritdoc cref="SendAsync(string, CancellationToken)"/>
    /// <param name="message">The data of a message, as it came.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is sent then.</param>
    public Task SendAsync(WebSocketMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(message.IsText, message.Bytes, cancellationToken);

    /// <summary>Sends a Close without a code; the peer sees 1005.</summary>
    /// <inheritdoc cref="Close(int?, string?)" path="/exception"/>
    public void Close() => Close(null, null);

    /// <summary>Sends a Close. What was sent before is delivered before it. Later calls are ignored, also if the peer is gone.</summary>
    /// <param name="code">1000 to 4999 except 1004, 1005, 1006 and 1015; with <c>pedantic_wpt</c> 1000 and 3000 to 4999. Null:
    /// none.</param>
    /// <param name="reason">At most 123 bytes of UTF-8 from compatibility date 2026-03-03. Null: none.</param>
    /// <exception cref="WebSocketPairException">
    /// <see cref="WebSocketPairErrorKind.InvalidCode"/>, <see cref="WebSocketPairErrorKind.ReasonTooLong"/>,
    /// <see cref="WebSocketPairErrorKind.ReasonWithoutCode"/> (in this order, whatever the state),
    /// <see cref="WebSocketPairErrorKind.NotAccepted"/>; in the error handler after a listener threw,
    /// <see cref="WebSocketPairErrorKind.Other"/>.
    /// </exception>
    public void Close(int? code, string? reason = null) => TryClose(code, reason);

    /// <summary>
    /// Calls <paramref name="handler"/> for each message. Dispose the result to stop. If it throws, the end fails:
    /// <see cref="OnError(Action{ErrorEvent})"/>, and its peer sees 1006. Before
    /// compatibility date 2026-09-15 the listeners behind it are not called then.
    /// </summary>
    public IDisposable OnMessage(Action<MessageEvent> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new MessageEvent(e.Data), EventTypes.Message);

    /// <summary>
    /// As the other overload; the next event of this end waits for the task. A task that fails ends nothing: it is logged, and
    /// <see cref="WebSocketContext.OnUnhandledListenerException"/> tells of it. An exception before the task is returned is one of the
    /// listener, as in the other overload.
    /// </summary>
    public IDisposable OnMessage(Func<MessageEvent, Task> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new MessageEvent(e.Data), EventTypes.Message);

    /// <summary>
    /// Calls <paramref name="handler"/> when the end is closed, at most once. Dispose the result to stop. If it throws, nothing becomes of
    /// the end; before compatibility date 2026-09-15 it
    /// fails, unless the peer was lost.
    /// </summary>
    public IDisposable OnClose(Action<CloseEvent> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new CloseEvent(e.Code, e.Reason, e.WasClean), EventTypes.Close);

    /// <inheritdoc cref="OnClose(Action{CloseEvent})"/>
    public IDisposable OnClose(Func<CloseEvent, Task> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new CloseEvent(e.Code, e.Reason, e.WasClean), EventTypes.Close);

    /// <summary>Calls <paramref name="handler"/> when the end fails, at most once. Dispose the result to stop.</summary>
    public IDisposable OnError(Action<ErrorEvent> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new ErrorEvent(e.Kind, e.Error!), EventTypes.Error);

    /// <inheritdoc cref="OnError(Action{ErrorEvent})"/>
    public IDisposable OnError(Func<ErrorEvent, Task> handler) =>
        _dispatcher.Listeners.Add(handler, static e => new ErrorEvent(e.Kind, e.Error!), EventTypes.Error);

    /// <summary>Adds a listener by name, as in a Worker. A listener that was added before for the type stays once.</summary>
    /// <param name="type"><c>message</c>, <c>close</c> or <c>error</c>; others are accepted and never fire.</param>
    /// <param name="listener">Called in the order of adding.</param>
    /// <param name="options">Default: it stays until it is removed.</param>
    public void AddEventListener(string type, Action<SocketEvent> listener, EventListenerOptions? options = null) =>
        _dispatcher.Listeners.AddOnce(type, listener, options);

    /// <inheritdoc cref="AddEventListener(string, Action{SocketEvent}, EventListenerOptions?)"/>
    public void AddEventListener(string type, Func<SocketEvent, Task> listener, EventListenerOptions? options = null) =>
        _dispatcher.Listeners.AddOnce(type, listener, options);

    /// <summary>Removes a listener that <see cref="AddEventListener(string, Action{SocketEvent}, EventListenerOptions?)"/> added.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="listener">The same delegate.</param>
    public void RemoveEventListener(string type, Delegate listener) => _dispatcher.Listeners.Remove(type, listener);

    /// <summary>
    /// Keeps a value with the end; the last one stays. It is serialized at once, so later changes of the object do not count.
    /// </summary>
    /// <param name="value">What Orleans can serialize, in at most 16,384 bytes of that form; null is a value, too.</param>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.AttachmentTooLarge"/>; what was kept before
    /// stays.</exception>
    public void SerializeAttachment(object? value) => _attachment = _pair.Host.Attachments.Serialize(value);

    /// <summary>The value that <see cref="SerializeAttachment"/> has kept, a new copy each time; the default if there is none.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <exception cref="InvalidCastException">It is of another type.</exception>
    public T? DeserializeAttachment<T>() => _attachment is { } kept ? (T?)_pair.Host.Attachments.Deserialize(kept) : default;

    /// <summary>
    /// Gives the end away: from now on it is silent here, and whoever claims the ticket makes it at the new place, with all that its peer
    /// has sent. Only a never accepted end can be released.
    /// </summary>
    /// <exception cref="WebSocketPairException"><see cref="WebSocketPairErrorKind.InvalidArgument"/> if it was accepted,
    /// <see cref="WebSocketPairErrorKind.AlreadyUsedInResponse"/> if it was given away before.</exception>
    public EndTicket Release()
    {
        using (_pair.Gate.Enter())
        {
            ThrowIfRefused(_end.Release());
            return _pair.Host.Custody.Release(_end);
        }
    }

    /// <summary>
    /// Joins two ends, as a proxy does: what the peer of one sends goes to the peer of the other. Both are accepted half-open, so each
    /// side's own Close, with its code, reaches the other side. A Close without a code stays one; a lost side, or a code that may not be
    /// sent, becomes <see cref="CoupleOptions.LostCode"/> for the other. From the first Close the other side has
    /// <see cref="CoupleOptions.CloseTimeout"/> to answer.
    /// </summary>
    /// <param name="a">A never accepted end.</param>
    /// <param name="b">A never accepted end of another pair.</param>
    /// <param name="options">See <see cref="CoupleOptions"/>.</param>
    /// <returns>Ends when nothing more passes. Never fails.</returns>
    /// <exception cref="WebSocketPairException">An end was accepted or given away before; neither is changed then.</exception>
    public static Task Couple(WebSocketEnd a, WebSocketEnd b, CoupleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return EndCouple.Join(a, b, options ?? new CoupleOptions());
    }

    private static void ThrowIfRefused(EndStep step, int? code = null)
    {
        if (step.Effect == EndEffect.Throw)
        {
            throw WebSocketPairException.Of(step.Error, code);
        }
    }
}
