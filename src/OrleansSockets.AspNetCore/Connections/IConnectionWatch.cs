namespace OrleansSockets.AspNetCore.Connections;

/// <summary>What shows of a connection while nothing is read from it.</summary>
internal interface IConnectionWatch
{
    /// <summary>The connection is lost: it was reset, or aborted. May cost a system call.</summary>
    bool IsLost { get; }

    /// <summary>The client has ended its direction, and all that it sent is in this process.</summary>
    bool HasEnded { get; }

    /// <summary>Bytes wait outside of this process: an end of the client's direction behind them does not show.</summary>
    bool HidesEnd { get; }

    /// <summary>
    /// Calls <paramref name="changed"/> when the connection is lost or the client's direction has ended, at once if that was before. What
    /// has no event, such as a reset behind bytes that wait in the system, only shows when somebody looks.
    /// </summary>
    void Watch(Action changed);
}
