namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>
/// Marks an endpoint that a page of this very server opens: the origin that the request itself asks for is allowed, whatever the options
/// list.
/// </summary>
internal sealed class OwnOrigin
{
    public static readonly OwnOrigin Allowed = new();
}
