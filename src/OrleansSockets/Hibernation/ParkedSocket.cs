using OrleansSockets.Wire;

namespace OrleansSockets.Hibernation;

/// <summary>What a session keeps with a hibernatable socket while it sleeps, besides the end itself.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSockets.ParkedSocket")]
internal sealed record ParkedSocket(
    [property: Id(0)] long Number,
    [property: Id(1)] string[] Tags,
    [property: Id(2)] byte[]? Attachment,
    [property: Id(3)] DateTimeOffset AcceptedAt,
    [property: Id(4)] DateTimeOffset? AutoResponseAt,
    [property: Id(5)] string Protocol,
    [property: Id(6)] EndTransfer? End = null);
