namespace OrleansSockets.AspNetCore.Connections;

/// <summary>A connection whose client may end its own direction (FIN) and still be sent to.</summary>
internal interface IHalfCloseFeature
{
    /// <summary>From now on a FIN of the client ends reading only.</summary>
    void KeepOutputOpen();
}
