namespace OrleansSockets.Wire;

/// <summary>The answer to <see cref="AdoptRequest"/>.</summary>
/// <param name="Outcome">Whether the claim is good.</param>
/// <param name="Other">The attach of the other end, if it lives on that silo.</param>
[GenerateSerializer, Immutable, Alias("OrleansSockets.AdoptReply")]
internal sealed record AdoptReply([property: Id(0)] AttachOutcome Outcome, [property: Id(1)] AttachRequest? Other = null);
