namespace OrleansSockets.Contexts;

/// <summary>
/// What flows with the execution: a context, or a way to make it when a pair is constructed. Most grain calls and requests construct none.
/// </summary>
internal interface IContextSource
{
    WebSocketContext Context { get; }
}
