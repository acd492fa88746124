using OrleansSockets.Sessions;

namespace OrleansSockets.Conformance.Running;

/// <summary>What a session gives its script: the counterpart of a Durable Object's <c>state</c>.</summary>
internal interface IObjectState
{
    WebSocketRequestResponsePair? AutoResponse { get; }

    TimeSpan? EventTimeout { get; set; }

    void AcceptWebSocket(WebSocketEnd end, IEnumerable<string> tags);

    IReadOnlyList<WebSocketEnd> GetWebSockets(string? tag);

    IReadOnlyList<string> GetTags(WebSocketEnd end);

    void SetAutoResponse(WebSocketRequestResponsePair? pair);

    DateTimeOffset? GetAutoResponseTimestamp(WebSocketEnd end);

    WebSocketPair NewPair();

    void Abort();

    void WaitUntil(Task task);
}
