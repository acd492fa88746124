using Microsoft.AspNetCore.Http;

namespace OrleansSockets.AspNetCore.Handshakes;

/// <summary>
/// Names that strangers choose: of pairs, sessions and subprotocols. They are kept in memory, and administrators read them.
/// </summary>
internal static class NameCheck
{
    /// <summary>In UTF-16 code units, as a string's length.</summary>
    public const int MaxLength = 256;

    /// <summary>Null if the name will do.</summary>
    public static HandshakeFailure? Check(string? name) => name switch
    {
        null or "" => new HandshakeFailure(StatusCodes.Status404NotFound, "The address names nothing."),
        { Length: > MaxLength } => new HandshakeFailure(
            StatusCodes.Status414UriTooLong, $"The name in the address has {name.Length} characters; it may have {MaxLength}."),
        _ when name.Any(char.IsControl) => new HandshakeFailure(
            StatusCodes.Status400BadRequest, "The name in the address has control characters; it may have none."),
        _ => null,
    };
}
