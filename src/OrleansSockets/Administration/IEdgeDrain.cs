namespace OrleansSockets.Administration;

/// <summary>The edge of this process, if it has one.</summary>
internal interface IEdgeDrain
{
    int SocketCount { get; }

    bool IsDraining { get; }

    /// <summary>Takes no new sockets from now on, and closes the open ones over time. Returns at once; may be repeated.</summary>
    void Begin();
}
