namespace OrleansSockets.Ends;

/// <summary>A session that hears the events of its hibernatable ends by methods of its own, instead of by listeners.</summary>
internal interface ISessionHandlers
{
    /// <summary>The next event of an end does not wait for the task of the last one.</summary>
    bool AreInterleaved { get; }

    /// <summary>Calls the handler of an event, in a turn of the session.</summary>
    Task HandleAsync(WebSocketEnd end, SocketEvent e);

    /// <summary>A text that is answered without an event. Null: none is.</summary>
    (ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Response)? AutoResponse { get; }

    /// <summary>The last event of an end was raised: its handler has run up to its first await.</summary>
    void Unlist(WebSocketEnd end);
}
