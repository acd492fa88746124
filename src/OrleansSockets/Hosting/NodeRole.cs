namespace Orleans.Hosting;

/// <summary>
/// What a silo is for. A silo that the others declare dead aborts its process, and the client sockets in it with it: on nodes of their own,
/// sessions cannot take sockets along, and edges can be few or many as clients are.
/// </summary>
public enum NodeRole
{
    /// <summary>Client sockets and sessions. The default.</summary>
    All,

    /// <summary>Client sockets; no session is placed here.</summary>
    Edge,

    /// <summary>Sessions.</summary>
    Core,
}
