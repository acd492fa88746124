namespace OrleansSockets;

/// <summary>A message arrived.</summary>
/// <param name="Data">What was sent.</param>
public sealed record MessageEvent(WebSocketMessage Data);

/// <summary>The peer's Close arrived, or the peer is gone. At most once per end, and nothing comes after it.</summary>
/// <param name="Code">The peer's code; 1005 if its Close had none, 1006 if there was no Close.</param>
/// <param name="Reason">The peer's reason, or "".</param>
/// <param name="WasClean">A Close was received.</param>
public sealed record CloseEvent(int Code, string Reason, bool WasClean);

/// <summary>The end failed: a listener threw, or the client broke the protocol. No close event follows.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Error">The exception of the listener, or one that describes the violation.</param>
public sealed record ErrorEvent(WebSocketPairErrorKind Kind, Exception Error)
{
    /// <summary>The text of <see cref="Error"/>.</summary>
    public string Message => Error.Message;
}

/// <summary>
/// A listener threw, or the task of an asynchronous one failed. It says nothing about what became of the end: by compatibility date and
/// flags it may have failed, or go on.
/// </summary>
/// <param name="End">The end whose listener it is.</param>
/// <param name="Type">The event that it was called for: <c>message</c>, <c>close</c> or <c>error</c>.</param>
/// <param name="Error">What it threw, or why its task failed.</param>
/// <param name="IsRejection">
/// Its task failed, as a rejected promise does in a Worker: that never ends the end. Otherwise it threw before it returned; such an
/// exception comes here only with
/// <c>spec_compliant_dispatch_exceptions</c>, the default from compatibility date 2026-09-15.
/// </param>
public sealed record UnhandledListenerExceptionEvent(WebSocketEnd End, string Type, Exception Error, bool IsRejection);

/// <summary>
/// An event of any type, for <see cref="WebSocketEnd.AddEventListener(string, Action{SocketEvent}, EventListenerOptions?)"/>.
/// </summary>
public sealed record SocketEvent
{
    internal SocketEvent(string type) => Type = type;

    /// <summary><c>message</c>, <c>close</c> or <c>error</c>.</summary>
    public string Type { get; }

    /// <summary>Message: the data.</summary>
    public WebSocketMessage Data { get; internal init; }

    /// <summary>Close: the code.</summary>
    public int Code { get; internal init; }

    /// <summary>Close: the reason.</summary>
    public string Reason { get; internal init; } = "";

    /// <summary>Close: whether a Close was received.</summary>
    public bool WasClean { get; internal init; }

    /// <summary>Error: the kind.</summary>
    public WebSocketPairErrorKind Kind { get; internal init; }

    /// <summary>Error: the exception.</summary>
    public Exception? Error { get; internal init; }
}
