namespace OrleansSockets.AspNetCore.Connections;

/// <summary>A connection whose client may end its own direction (FIN) and still be sent to.</summary>
internal interface IHalfCloseFeature
{
    /// <summary>
    /// A request begins. A FIN aborts one that stays a request, as Kestrel has it. One that may become a socket goes on: it is answered,
    /// and the FIN is what its socket reads last.
    /// </summary>
    /// <param name="mayBecomeSocket">Its client asks for an upgrade of the connection.</param>
    void BeginRequest(bool mayBecomeSocket);

    /// <summary>
    /// From now on neither a FIN nor a reset of the client aborts anything: both show where the socket is read, and in
    /// <see cref="IConnectionWatch"/>.
    /// </summary>
    void KeepOutputOpen();
}
