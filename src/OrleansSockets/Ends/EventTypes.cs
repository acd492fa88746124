namespace OrleansSockets.Ends;

/// <summary>The names of the events (HTML standard, WebSocket interface).</summary>
internal static class EventTypes
{
    public const string Message = "message";
    public const string Close = "close";
    public const string Error = "error";
}
