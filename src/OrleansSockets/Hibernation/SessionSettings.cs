namespace OrleansSockets.Hibernation;

/// <summary>What a session has set for all its hibernatable sockets.</summary>
/// <param name="Request">A text that is answered without the session; null: none is.</param>
/// <param name="Response">What it is answered with.</param>
/// <param name="EventTimeout">How long a handler may take; null: as long as it likes.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.SessionSettings")]
internal sealed record SessionSettings(
    [property: Id(0)] string? Request, [property: Id(1)] string? Response, [property: Id(2)] TimeSpan? EventTimeout)
{
    public static SessionSettings None { get; } = new(null, null, null);
}
